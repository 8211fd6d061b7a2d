"""The Zoho side: connections, Desk, duplicates. It works without Slack."""
