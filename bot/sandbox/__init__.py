"""A stand-in Slack with a web page, and the demo that plays with it."""

from bot.sandbox.delivery import Signing
from bot.sandbox.interactions import Incomplete
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSandbox
from bot.sandbox.things import Call, Message, Sent, View

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "SIGNING_SECRET",
    "Call",
    "Incomplete",
    "Message",
    "Sent",
    "Signing",
    "SlackSandbox",
    "View",
]
