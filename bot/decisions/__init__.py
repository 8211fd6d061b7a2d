"""What people decide about a group, and about what stands in the flag queue; nothing here speaks to Slack."""

from bot.decisions.flagging import Decisions, Outcome, Released, Verdict

__all__ = ["Decisions", "Outcome", "Released", "Verdict"]
