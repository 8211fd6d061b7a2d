"""What the stand-in holds at the start: seeded organisations, files, generated records."""
