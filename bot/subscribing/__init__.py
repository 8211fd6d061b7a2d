"""Alerts are set up, changed, snoozed, stopped and taken over."""

from bot.subscribing.alerting import Alerting
from bot.subscribing.asked import AlertsAsked, Ask
from bot.subscribing.introductions import Introductions, either
from bot.subscribing.known import KnownGroups
from bot.subscribing.owners import Owners
from bot.subscribing.previewing import Previews
from bot.subscribing.setting_up import SettingUp
from bot.subscribing.telling import Telling

__all__ = [
    "Alerting",
    "AlertsAsked",
    "Ask",
    "Introductions",
    "KnownGroups",
    "Owners",
    "Previews",
    "SettingUp",
    "Telling",
    "either",
]
