"""The form that sets alerts up, and what was filled in.

The block ids of inputs never change, so that what was typed survives when the form is drawn again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import parts, words
from bot.ids import Detail
from zoho.records import Module

CHANNEL, MODULES, OFTEN, TIME = "sub_channel", "sub_modules", "sub_often", "sub_time"
DAY, ZONE, QUIET, DETAIL = "sub_day", "sub_zone", "sub_quiet", "sub_detail"
MOST, FILTERS, MENTION = "sub_max", "sub_filter", "sub_mention"

WEEKLY = "weekly"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OFTEN = {
    "every 30 minutes": "Every 30 minutes",
    "every 60 minutes": "Every hour",
    "every 240 minutes": "Every 4 hours",
    "daily": "Every day",
    "weekdays": "Weekdays",
    WEEKLY: "Every week",
}
_ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "UTC")
_DETAILS = {
    Detail.COUNTS: "The numbers only",
    Detail.MASKED: "Names and links",
    Detail.FULL: "Everything that you see",
}
_MOST = ("5", "10")
_TITLE = "Duplicate alerts"


@dataclass(frozen=True, slots=True)
class Filled:
    """What is filled in, as the form holds it: ``often`` is "weekdays", "weekly", "every 60 minutes" …"""

    channel: str = ""
    modules: tuple[str, ...] = (Module.DESK_CONTACTS.value,)
    often: str = "weekdays"
    time: str = "09:00"
    day: str = "monday"
    zone: str = "UTC"
    quiet: str = ""
    detail: str = Detail.MASKED.value
    most: str = "5"
    filters: str = ""
    mention: tuple[str, ...] = ()

    @property
    def is_every(self) -> bool:
        """Whether it comes more often than daily."""
        return self.often.startswith("every ")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a form knows besides its inputs: the alerts it changes ("" for new ones) and their revision, the
    person's own time zone, the price that was shown, whether it is to take over, whether it was said that
    others watch the same, from where it reads (``place``, mrkdwn), for which lists and filters the price is,
    and the ts of the message that offered to take over."""

    key: str = ""
    revision: int = 0
    zone: str = "UTC"
    price: int | None = None
    takes_over: bool = False
    said_twice: bool = False
    is_outside: bool = False
    place: str = ""
    priced: str = ""
    notice: str = ""

    def pack(self) -> str:
        """As the modal's metadata."""
        return json.dumps([getattr(self, name) for name in self.__slots__])

    @classmethod
    def read(cls, packed: str) -> Carried | None:
        """The twin of `pack`; None for what an older version packed."""
        found = json.loads(packed or "null")
        if not isinstance(found, list) or len(found) != len(cls.__slots__):
            return None
        return cls(*found)


def form(filled: Filled, carried: Carried, *, warning: str = "") -> View:
    """The modal; ``warning`` is a sentence of mrkdwn at its top."""
    blocks: list[Block] = [parts.section("sub_warning", f":{parts.WARNING}: {warning}")] if warning else []
    blocks += [_channel(filled), _modules(filled), _often(filled), *_when(filled, carried)]
    blocks += [_detail(filled, carried), _most(filled), _filters(filled), _mention(filled)]
    blocks.append(parts.actions("sub_preview", parts.button(ids.SUB_PREVIEW, "Preview last 7 days")))
    blocks.append(parts.context("sub_foot", _foot(carried)))
    return View(
        type="modal",
        callback_id=ids.SUB_SAVE,
        title=parts.plain(_title(carried)),
        submit=parts.plain(_submit(carried)),
        close=parts.plain("Cancel"),
        private_metadata=carried.pack(),
        blocks=blocks,
    )


def read_form(chosen: Mapping[str, str], *, like: Filled | None = None) -> Filled:
    """What was filled in; inputs that were not shown keep the form's defaults."""
    default = like or Filled()
    return replace(
        default,
        channel=chosen.get(CHANNEL, default.channel),
        modules=tuple(chosen.get(MODULES, "").split()),
        often=chosen.get(OFTEN) or default.often,
        time=chosen.get(TIME) or default.time,
        day=chosen.get(DAY) or default.day,
        zone=chosen.get(ZONE) or default.zone,
        quiet=chosen.get(QUIET, ""),
        detail=chosen.get(DETAIL) or default.detail,
        most=chosen.get(MOST) or default.most,
        filters=chosen.get(FILTERS, ""),
        mention=tuple(chosen.get(MENTION, "").split()),
    )


def loading() -> View:
    """What is there at once, while Slack and Zoho are asked."""
    return _only_words(f":{parts.WAITS}: Looking at your lists and this channel…", "Cancel")


def saving() -> View:
    """In the place of the form while it is carried out."""
    return _only_words(f":{parts.WAITS}: Setting the alerts up…", "Close")


def unfilled() -> View:
    """For a form that could not be filled; what stood in the way is said in a message."""
    return _only_words("This form could not be filled. Nothing was changed.", "Close")


def started(channel: str, speaks: str, *, is_new: bool, price: int | None) -> View:
    """At the end: what was set up."""
    verb = "Alerts started" if is_new else "Alerts changed"
    said = f":{parts.DONE}: *{verb}* in <#{channel}>: {words.escape(speaks)}."
    return _only_words(" ".join(part for part in (said, _price(price)) if part), "Close")


def outdated() -> View:
    """For alerts that somebody changed or stopped while the form was open."""
    return _only_words(
        "Somebody changed these alerts meanwhile. Nothing was saved. Open them again.", "Close"
    )


def older() -> View:
    """For a form that an older version of this app has drawn."""
    return _only_words("This form is older than the app. Nothing was saved. Open it again.", "Close")


def not_in_channel(bot: str) -> str:
    """Above the form when the app cannot write in the channel; ``bot`` is its own Slack id."""
    invite = f"Invite it first: /invite {parts.mention(bot)}"
    return f"The app is not in this channel, so nothing was started. {invite}"


def closed_channel(code: str) -> str:
    """Above the form when Slack takes no message in the channel."""
    if code == "is_archived":
        return "This channel is archived, so nothing was started. Choose another one."
    return f"Nothing was started. Slack does not take messages in this channel: {words.in_code(code)}."


def unread(why: str) -> str:
    """Above the form when one of its lists cannot be read like this."""
    return f"Nothing was started. Not all of these lists can be read like this: {why}."


def dearer(price: int, said: int | None) -> str:
    """Above the form when what was chosen costs more than was ``said``, if anything was."""
    more = "" if said is None else ", more than was said"
    costs = f"Reading these lists costs up to {words.counted(price, 'credit')} each time{more}."
    return f"{costs} Press the button once more to agree."


def elsewhere(place: str) -> str:
    """Above the form when its person is connected to another organisation than it said."""
    return (
        f"You are connected to {place} by now, so nothing was started. Press the button once more to go on."
    )


def same_thing(owner: str, speaks: str, *, is_paused: bool) -> str:
    """Above the form when these lists are watched in this channel already."""
    said = (
        f"{parts.mention(owner)} has set up alerts for the same list in this channel: {words.escape(speaks)}."
    )
    if is_paused:
        said += (
            f" They are paused; whoever takes them over in `{ids.COMMAND} list` goes on with what they know."
        )
    return f"{said} Press the button once more to start these beside them."


def _only_words(said: str, close: str) -> View:
    return View(
        type="modal",
        callback_id=ids.SUB_SAVE,
        title=parts.plain(_TITLE),
        close=parts.plain(close),
        blocks=[parts.section("sub_said", said)],
    )


def _title(carried: Carried) -> str:
    if carried.takes_over:
        return "Take over alerts"
    return "Change duplicate alerts" if carried.key else "New duplicate alerts"


def _submit(carried: Carried) -> str:
    if carried.takes_over:
        return "Take over alerts"
    return "Save changes" if carried.key else "Start alerts"


def _foot(carried: Carried) -> str:
    said = (
        "What was told is not told again; other lists, filters or another organisation begin in silence."
        if carried.key
        else "Everything there today is taken as known; nothing new means no message."
    )
    reads = f"Reads with your Zoho connection ({carried.place})." if carried.place else ""
    return " ".join(part for part in (reads, said, _price(carried.price)) if part)


def _price(price: int | None) -> str:
    if price is None:
        return ""
    return f"Each time it costs up to {words.counted(price, 'credit')} of your organisation’s day."


# The inputs


def _input(
    block_id: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str = "",
    optional: bool = False,
    tells: bool = False,
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=parts.plain(label),
        element=element,
        hint=parts.plain(hint) if hint else None,
        optional=optional or None,
        dispatch_action=tells or None,
    )


def _options(pairs: Mapping[str, str]) -> list[Option]:
    return [Option(value=value, text=parts.plain(text)) for value, text in pairs.items()]


def _select(action_id: str, pairs: Mapping[str, str], chosen: str) -> StaticSelectElement:
    options = _options(pairs)
    initial = next((option for option in options if option.value == chosen), options[0])
    return StaticSelectElement(
        action_id=action_id, placeholder=parts.plain("Choose"), options=options, initial_option=initial
    )


def _channel(filled: Filled) -> Block:
    is_channel = filled.channel[:1] in ("C", "G")
    element = ConversationSelectElement(
        action_id="channel",
        initial_conversation=filled.channel if is_channel else None,
        placeholder=parts.plain("Choose a channel"),
        filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )
    hint = "In a private channel, invite the app first with /invite."
    return _input(CHANNEL, "Channel", element, hint=hint)


def _modules(filled: Filled) -> Block:
    options = _options({module.value: words.label(module) for module in Module})
    element = StaticMultiSelectElement(
        action_id="modules",
        placeholder=parts.plain("Choose lists"),
        options=options,
        initial_options=[option for option in options if option.value in filled.modules] or None,
    )
    return _input(MODULES, "Lists to watch", element)


def _often(filled: Filled) -> Block:
    pairs = dict(_OFTEN)
    pairs.setdefault(filled.often, _every(filled.often))
    return _input(OFTEN, "How often", _select(ids.SUB_OFTEN, pairs, filled.often), tells=True)


def _every(often: str) -> str:
    """ "Every 2 hours" for "every 120 minutes"."""
    minutes = int("".join(filter(str.isdecimal, often)) or 0)
    return words.sentence(often) if minutes % 60 else f"Every {words.counted(minutes // 60, 'hour')}"


def _when(filled: Filled, carried: Carried) -> list[Block]:
    """Only what the chosen rhythm has: quiet hours, or a time; a weekday for the weekly one."""
    if filled.is_every:
        element = PlainTextInputElement(
            action_id="quiet",
            initial_value=filled.quiet or None,
            placeholder=parts.plain("18:00 to 8:00"),
            max_length=40,
        )
        quiet = _input(QUIET, "Quiet hours", element, hint="Nothing is said then.", optional=True)
        return [quiet, _zone(filled, carried)]
    clock = TimePickerElement(action_id="time", initial_time=filled.time)
    blocks: list[Block] = [_input(TIME, "At", clock), _zone(filled, carried)]
    if filled.often == WEEKLY:
        pairs = {day: words.sentence(day) for day in DAYS}
        blocks.insert(0, _input(DAY, "On", _select("day", pairs, filled.day)))
    return blocks


def _zone(filled: Filled, carried: Carried) -> Block:
    own = {carried.zone: f"{_city(carried.zone)} (your own)"}
    others: Sequence[str] = (filled.zone, *_ZONES)
    pairs = own | {zone: _city(zone) for zone in others if zone != carried.zone}
    hint = "Any other: by words, such as /duplicates subscribe contacts daily 9:00 Asia/Tokyo"
    return _input(ZONE, "Time zone", _select("zone", pairs, filled.zone), hint=hint)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _detail(filled: Filled, carried: Carried) -> Block:
    pairs = {level.value: text for level, text in _DETAILS.items()}
    hint = "Names and links: e-mail and phone are shortened."
    if carried.is_outside:
        pairs = {Detail.COUNTS.value: _DETAILS[Detail.COUNTS]}
        hint = "This channel is, or may be, shared with another company: the numbers only."
    return _input(DETAIL, "Members see", _select("detail", pairs, filled.detail), hint=hint)


def _most(filled: Filled) -> Block:
    pairs = {most: f"{most}, worst first" for most in _MOST}
    return _input(MOST, "Groups in one message", _select("max", pairs, filled.most))


def _filters(filled: Filled) -> Block:
    element = PlainTextInputElement(
        action_id="filter",
        initial_value=filled.filters or None,
        placeholder=parts.plain("city=Hamburg"),
        max_length=3000,
    )
    hint = "As in the command. All of them must fit."
    return _input(FILTERS, "Filters", element, hint=hint, optional=True)


def _mention(filled: Filled) -> Block:
    element = UserMultiSelectElement(
        action_id="mention",
        placeholder=parts.plain("Nobody"),
        initial_users=list(filled.mention) or None,
        max_selected_items=10,
    )
    hint = "Once per message, only when there is something new."
    return _input(MENTION, "Mention", element, hint=hint, optional=True)
