"""The revisions, oldest first by their number; a revision that was released is never edited."""
