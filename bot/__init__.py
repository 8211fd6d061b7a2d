"""The Slack side: commands, buttons, messages, and the server they arrive at."""
