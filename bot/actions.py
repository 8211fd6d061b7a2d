"""Buttons and menus: acknowledge, hand over; then do what the button says and draw the message again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.alerts.digests import Digests
from bot.blocks import clicks, flags
from bot.blocks.connection import portal_chosen
from bot.blocks.duplicates import Card
from bot.blocks.share import is_shared
from bot.blocks.words import labels
from bot.decisions import Flagging, Outcome, Verdict
from bot.details import Details
from bot.dismissed import DismissedInSlack
from bot.dismissing import Dismissing
from bot.flagged import Flagged
from bot.home import Home
from bot.jobs import Click, Invitations, Jobs, Reception, Reply, Typed, Voice, chosen_in, resumed, understood
from bot.searches import LongReads, Searches, flag_state
from bot.sharing import Sharing
from bot.store import Place, Store
from bot.subscribing import Alerting, SettingUp
from zoho.access import Access, Zoho
from zoho.records import Group, Module, Product, Reason, Who
from zoho.scopes import to_ask


@dataclass(frozen=True)
class Actions:
    """Everything that can be clicked in a message."""

    jobs: Jobs
    zoho: Zoho
    store: Store
    voice: Voice
    reception: Reception
    invitations: Invitations
    searches: Searches
    long_reads: LongReads
    flagging: Flagging
    sharing: Sharing
    details: Details
    dismissing: Dismissing
    dismissed: DismissedInSlack
    flagged: Flagged
    home: Home
    alerting: Alerting
    setting_up: SettingUp
    digests: Digests
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """One listener for each id, and one for buttons of older versions, which gets an answer too."""
        app.action(ids.CONNECT_START)(self.opened_a_link)
        for action_id in self._effects():
            app.action(action_id)(self.clicked)
        app.action(re.compile(""))(self.clicked)
        self.jobs.on(Click, self.carry_out)

    def _effects(self) -> Mapping[str, Callable[[Click], Awaitable[None]]]:
        return {
            ids.SEARCH_MODULE: self._search_module,
            ids.SEARCH_ALL: self._search_all,
            ids.SEARCH_AGAIN: self._search_again,
            ids.SEARCH_CONFIRM: self.long_reads.confirm,
            ids.SEARCH_CANCEL: self.long_reads.cancel,
            ids.SEARCH_WORST: self._turn_page,
            ids.PAGE_NEXT: self._turn_page,
            ids.PAGE_PREVIOUS: self._turn_page,
            ids.PAGE_BACK: self._turn_page,
            ids.PAGE_SHARE: self._share,
            ids.SHARE_SHOW: self.sharing.show_to_me,
            ids.GROUP_MENU: self._choose_for_group,
            ids.GROUP_FLAG: self._flag,
            ids.GROUP_DISMISS: self.dismissing.dismiss,
            ids.GROUP_UNDISMISS: self.dismissing.undo,
            ids.GROUP_REASON: self.dismissing.ask_why,
            ids.DISMISSED_MORE: self.dismissed.chosen,
            ids.DISMISSED_UNDO: self.dismissed.undo,
            ids.DISMISSED_NEXT: self.dismissed.turn,
            ids.DISMISSED_PREVIOUS: self.dismissed.turn,
            ids.FLAG_UNDO: self._undo,
            ids.FLAG_LOCAL: self._keep_local,
            ids.FLAG_REST: self._write_rest,
            ids.FLAG_MORE: self.flagged.chosen,
            ids.FLAG_NEXT: self._turn_flags,
            ids.FLAG_PREVIOUS: self._turn_flags,
            ids.HOME_CONNECTION: self._choose_for_connection,
            ids.CONNECT_PORTAL: self._choose_portal,
            ids.CONNECT_END: self._disconnect,
            ids.STATUS_AGAIN: self._status,
            ids.HELP_OPEN: self._help,
            ids.COMMAND_RUN: self._run_command,
            ids.SUB_NEW: self.alerting.new,
            ids.SUB_EDIT: self.alerting.edit,
            ids.SUB_STOP: self.alerting.stop,
            ids.SUB_STOP_ALL: self.alerting.stop_all,
            ids.SUB_MORE: self.alerting.chosen,
            ids.SUB_TAKEOVER: self.alerting.take_over,
            ids.SUB_OFTEN: self.setting_up.redraw,
            ids.SUB_PREVIEW: self.alerting.preview,
            ids.SUB_KNOWN: self.alerting.show_known,
            ids.ALERT_REST: self.digests.show_rest,
            ids.ALERT_REPOST: self.digests.post_again,
            ids.ALERT_ARRIVED: self.digests.arrived,
        }

    async def opened_a_link(self, ack: AsyncAck) -> None:
        """A button that only opens an address: Slack wants to hear of it all the same."""
        await ack()

    async def clicked(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Acknowledge, then hand over which button it was and what it carries."""
        await ack()
        self.jobs.hand_over(_click(body, action, self.now()))

    async def carry_out(self, job: Click) -> None:
        """Do what the button says; a value nobody can read belongs to an older version."""
        if not await self.reception.admits(job):
            return
        effect = self._effects().get(job.action_id)
        if effect is None:
            await self.voice.add(job, clicks.older_button())
            return
        await effect(job)

    # Searching

    async def _search_module(self, job: Click) -> None:
        await self._type(job, job.value.replace("/", " "))

    async def _search_all(self, job: Click) -> None:
        await self._type(job, "")

    async def _status(self, job: Click) -> None:
        await self._type(job, "status")

    async def _disconnect(self, job: Click) -> None:
        await self._type(job, f"disconnect {job.value}")

    async def _help(self, job: Click) -> None:
        await self._type(job, "help")

    async def _run_command(self, job: Click) -> None:
        await self._type(job, job.value)

    async def _search_again(self, job: Click) -> None:
        ref = await understood(self.voice, job, ids.read_page)
        if ref is None:
            return
        asked = await self.store.asked.take(job.who, ref.search)
        command = asked.text if asked else await self.long_reads.command_of(job, ref.search)
        if command is None:
            await self.voice.add(job, clicks.older_button())
        else:
            await self._type(job, command)

    async def _turn_page(self, job: Click) -> None:
        ref = await understood(self.voice, job, ids.read_page)
        if ref is not None:
            await self.searches.turn(job, ref)

    async def _turn_flags(self, job: Click) -> None:
        await (self.flagged.turn(job) if job.reply.is_click else self.home.turn(job))

    async def _choose_for_connection(self, job: Click) -> None:
        await self._type(job, job.value.replace(":", " "))

    async def _type(self, job: Click, text: str) -> None:
        """What the button stands for, as if it had been typed, and kept as long; the answer takes the
        message's place."""
        key = f"typed:{job.key}" if job.key else ""
        self.jobs.hand_over(
            Typed(job.who, job.home, job.reply, key, job.at, text=text, trigger_id=job.trigger_id)
        )

    # Deciding

    async def _flag(self, job: Click) -> None:
        clicked = await self._group_clicked(job)
        if clicked is None:
            return
        ref, access = clicked
        outcome = await self.flagging.flag(job, ref, access)
        await self._show(job, outcome, access)
        if outcome.verdict is Verdict.ALREADY and outcome.flag and outcome.flag.user != job.who.user:
            name = await self.flagging.people.name(outcome.flag.user)
            state = flag_state(outcome.flag, _group(outcome), name=name)
            await self.voice.add(job, flags.already_flagged(state))
        if outcome.verdict is Verdict.OFFER:
            await self._offer(job, outcome, access)

    async def _undo(self, job: Click) -> None:
        await self._about_a_flag(job, self.flagging.undo)

    async def _write_rest(self, job: Click) -> None:
        await self._about_a_flag(job, self.flagging.write_rest)

    async def _about_a_flag(
        self, job: Click, decide: Callable[[Click, ids.GroupRef, Access], Awaitable[Outcome]]
    ) -> None:
        """What somebody does about a flag that stands: done, shown, and said where none stands any more."""
        clicked = await self._group_clicked(job)
        if clicked is None:
            return
        ref, access = clicked
        outcome = await decide(job, ref, access)
        await self._show(job, outcome, access)
        if outcome.verdict is Verdict.NOT_FLAGGED:
            await self.voice.add(job, flags.not_flagged())

    async def _group_clicked(self, job: Click) -> tuple[ids.GroupRef, Access] | None:
        """The group on the button, and the person's way into Zoho; None without either, which was said."""
        ref = await understood(self.voice, job, ids.read_group)
        access = await self.searches.access_to_a_group(job) if ref else None
        return None if ref is None or access is None else (ref, access)

    async def _show(self, job: Click, outcome: Outcome, access: Access) -> None:
        """The message as it is now, or why nothing was done."""
        if not await self.sharing.stops(job, outcome, access):
            await self.sharing.show_outcome(job, outcome, access)

    async def _offer(self, job: Click, outcome: Outcome, access: Access) -> None:
        """The offer to allow writing; afterwards the flag is written and the list drawn again."""
        shown = outcome.shown
        if shown is None:
            return
        scopes = to_ask(access.connection.scopes, outcome.missing)
        link = await self.invitations.connect(job, scopes=scopes, group_key=shown.key)
        card = Card(_group(outcome), shown.key, shown.revision, 0, {})
        is_field = outcome.flag is not None and outcome.flag.place is Place.FIELD
        await self.flagging.note_offered(job, shown)
        await self.voice.add(job, flags.offer_writing(card, link, outcome.missing, field=is_field))

    async def _keep_local(self, job: Click) -> None:
        ref = await understood(self.voice, job, ids.read_group)
        if ref is None:
            return
        if await self.flagging.keep_local(job, ref):
            await self.voice.answer(job, flags.kept_in_slack())
        else:
            await self.voice.add(job, clicks.older_button())

    # Sharing, and every field

    async def _share(self, job: Click) -> None:
        ref = await understood(self.voice, job, ids.read_page)
        if ref is not None:
            await self.sharing.open_sheet(job, ref)

    async def _choose_for_group(self, job: Click) -> None:
        choice = await understood(self.voice, job, ids.read_choice)
        if choice is None:
            return
        match choice.verb:
            case "fields":
                await self.details.show(job, choice.group)
            case "share":
                await self.sharing.open_sheet(job, choice.group)
            case _:
                await self.voice.add(job, clicks.older_button())

    # Connecting

    async def _choose_portal(self, job: Click) -> None:
        """Take the organisation; then what was asked for last is carried out."""
        connection = await self.zoho.connections.choose_portal(job.who, Product.DESK, job.value)
        key = await self.store.asked.latest(job.who)
        asked = await self.store.asked.take(job.who, key) if key else None
        going_on = labels(asked.modules) if asked else ""
        await self.voice.answer(job, portal_chosen(connection.org_name, connection.portal, going_on=going_on))
        if asked is not None and not asked.group_key:
            self.jobs.hand_over(resumed(asked, self.now()))


def _click(body: dict[str, Any], action: dict[str, Any], at: datetime) -> Click:
    """What was clicked, by whom and where; a menu's value is that of the chosen option."""
    user = body["user"]
    team = (body.get("team") or {}).get("id") or user.get("team_id", "")
    url = body.get("response_url", "")  # a click in a view has none: there is no message to replace
    channel = (body.get("channel") or {}).get("id", "")
    chosen = (action.get("selected_option") or {}).get("value", "")
    action_ts = action.get("action_ts", "")
    view = body.get("view") or {}
    return Click(
        who=Who(team, user["id"]),
        home=user.get("team_id") or team,
        reply=Reply(channel, url, is_click=bool(url) and not _is_for_everybody(body, channel)),
        key=f"click:{team}:{action_ts}:{action['action_id']}:{user['id']}",
        at=at,
        action_id=action["action_id"],
        value=action.get("value") or chosen,
        trigger_id=body.get("trigger_id", ""),
        message=(body.get("container") or {}).get("message_ts", ""),
        view=view.get("id", ""),
        carried=view.get("private_metadata", ""),
        chosen=chosen_in(view),
    )


def _is_for_everybody(body: dict[str, Any], channel: str) -> bool:
    """Whether others see the message that was clicked: what is said to one person must not replace it."""
    if (body.get("container") or {}).get("is_ephemeral"):
        return False
    blocks = (body.get("message") or {}).get("blocks") or []
    return not channel.startswith("D") or any(is_shared(block.get("block_id", "")) for block in blocks)


def _group(outcome: Outcome) -> Group:
    module = outcome.records[0].module if outcome.records else Module.DESK_CONTACTS
    return Group(module, outcome.records, Reason((), ()))
