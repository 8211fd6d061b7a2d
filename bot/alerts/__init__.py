"""Which news goes to which channel, and never twice."""
