"""Everything a person reads in Slack or on a page of ours: plain values in, Block Kit or HTML out.

Nothing here asks anybody anything: no HTTP, no database, no clock.
"""
