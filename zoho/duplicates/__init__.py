"""Finding duplicates: `normalize`, `groups` and `reasons` are pure; `search` asks Desk."""
