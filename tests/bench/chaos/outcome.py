"""What a chaos run did, and what came of it, counted from what was planted and from what stands in Slack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import ids
from bot.sandbox.things import Element, Message
from bot.store import Alert, AlertState
from tests.bench.chaos.slack import ChaoticSlack

_FEW = 5


@dataclass
class Outcome:
    """The counts of one run. So many kills were ``asked`` for; ``meant`` is the share of them that has to hit
    a row in ``posting``."""

    asked: int
    meant: float
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    planted: dict[str, list[str]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    looked_up: int = 0
    refused: int = 0
    doubtful: int = 0
    unknown: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    fell: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def all_kills(self) -> int:
        return sum(self.kills.values())

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled or left over."""
        return not any(self.wrong.values()) and not self.fell

    @property
    def says_something(self) -> bool:
        """Whether there were as many kills as was asked, and they hit the moments in which something can go
        wrong."""
        hits = self.met[AlertState.POSTING]
        return self.all_kills >= self.asked and hits >= max(1, self.meant * self.all_kills)

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {len(found)}" for name, found in self.wrong.items())
        lines = [
            f"  killed {self.all_kills} times:",
            *(f"    {count:>5} {why}" for why, count in self.kills.most_common()),
            "  and besides:",
            *(f"    {count:>5} {what}" for what, count in self.faults.most_common()),
            f"  rows held at those moments: {_in_words(self.held)}",
            f"  the row of the post at which it was killed: {_in_words(self.met)}",
            f"  planted {sum(map(len, self.planted.values()))} groups for {len(self.planted)} channels; "
            f"{self.messages} messages; rows {_in_words(self.rows)}",
            f"  look-ups in the history {self.looked_up}, answered 429 {self.refused}; posts in doubt "
            f"{self.doubtful}; rows that became unknown {self.unknown}",
            f"  {counts}; ended by themselves {len(self.fell)}",
            "  " + ", ".join(f"{seconds:.0f} s {what}" for what, seconds in self.seconds.items()),
            *(f"    {name}: {one}" for name, found in self.wrong.items() for one in found[:_FEW]),
            *self.fell[:_FEW],
        ]
        if not self.says_something:
            lines.append(
                f"  fewer than {self.asked} kills, or fewer than {self.meant:.0%} of them met a row in "
                "posting: this run says nothing"
            )
        return "\n".join(lines)


def judge(outcome: Outcome, slack: ChaoticSlack, rows: Mapping[str, Alert]) -> None:
    """Hold what stands in the channels against what was planted, and the ledger against both."""
    posted = [one for channel in outcome.planted for one in slack.posted(channel)]
    outcome.messages = len(posted)
    told = Counter(alert for alert, _ in posted)
    heard = {channel: _heard(slack, channel, names) for channel, names in outcome.planted.items()}
    outcome.wrong |= {
        "lost": [
            f"{channel} {name}" for channel, found in heard.items() for name in found if not found[name]
        ],
        "doubled": [
            f"{channel} {name}" for channel, found in heard.items() for name in found if found[name] > 1
        ],
        "posted twice": [alert for alert, times in told.items() if times > 1],
        "not in the ledger as sent": [
            f"{alert} {rows[alert].state}" for alert in told if rows[alert].state is not AlertState.SENT
        ],
        "sent but not there": [
            row.id for row in rows.values() if row.state is AlertState.SENT and not told[row.id]
        ],
        "left over": [
            f"{row.id} {row.state}"
            for row in rows.values()
            if row.state not in (AlertState.SENT, AlertState.EMPTY)
        ],
    }
    outcome.rows = Counter(row.state.value for row in rows.values())


def judge_doubts(outcome: Outcome, slack: ChaoticSlack, rows: Mapping[str, Alert], owner: str) -> None:
    """Where nothing can be looked up: every doubtful row is unknown, and its owner was asked."""
    asked = {element.value for message in slack.messages(owner) for element in _repost(message)}
    unknown = [row.id for row in rows.values() if row.state is AlertState.UNKNOWN]
    outcome.unknown = len(unknown)
    outcome.wrong |= {
        "doubtful and not unknown": [
            f"{one} {rows[one].state}" for one in slack.doubtful if rows[one].state is not AlertState.UNKNOWN
        ],
        "unknown and not told": [one for one in unknown if one not in asked],
    }


def question(slack: ChaoticSlack, alert: str, owner: str) -> Message | None:
    """The message that asks the owner about an alert."""
    fitting = (m for m in slack.messages(owner) if any(one.value == alert for one in _repost(m)))
    return next(fitting, None)


def _repost(message: Message) -> tuple[Element, ...]:
    return message.elements(ids.ALERT_REPOST)


def _heard(slack: ChaoticSlack, channel: str, names: list[str]) -> dict[str, int]:
    """How many messages of a channel speak of each group."""
    said = [message.words for _, message in slack.posted(channel)]
    return {name: sum(name in words for words in said) for name in names}


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
