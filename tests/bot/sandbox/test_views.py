"""Modals and the Home tab."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Incomplete, SlackSandbox, View
from tests.bot.sandbox.tiny_bot import Clock, TinyBot

Shape = dict[str, Any]


def plain(text: str) -> Shape:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Shape:
    return {"text": plain(value.title()), "value": value}


def asked(block: str, element: Shape, **more: Any) -> Shape:
    return {"type": "input", "block_id": block, "label": plain(block), "element": element} | more


NOTE = {"type": "plain_text_input", "action_id": "note", "min_length": 3, "max_length": 10}
DETAIL = {
    "type": "radio_buttons",
    "action_id": "detail",
    "options": [option("counts"), option("masked")],
    "initial_option": option("masked"),
}


def modal(title: str = "Share", *blocks: Shape, **more: Any) -> Shape:
    found = list(blocks) or [asked("why", NOTE, optional=True), asked("detail", DETAIL)]
    frame = {"type": "modal", "title": plain(title), "submit": plain("Share"), "callback_id": "share"}
    return frame | {"blocks": found} | more


async def opened(slack: SlackSandbox, client: AsyncWebClient, view: Shape | None = None) -> View:
    sent = await slack.command("U01MARA", "share")
    await client.views_open(trigger_id=sent.trigger_id, view=view or modal())
    found = slack.modal("U01MARA")
    assert found is not None
    return found


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def top(slack: SlackSandbox) -> str:
    view = slack.modal("U01MARA")
    return view.title if view else ""


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackSandbox, client: AsyncWebClient, clock: Clock
) -> None:
    sent = await slack.command("U01MARA", "share")
    await client.views_open(trigger_id=sent.trigger_id, view=modal())
    again = client.views_open(trigger_id=sent.trigger_id, view=modal())
    assert await refusal(again) == "exchanged_trigger_id"
    sent = await slack.command("U01MARA", "share")
    clock.ahead = timedelta(seconds=3.5)
    late = client.views_open(trigger_id=sent.trigger_id, view=modal())
    assert await refusal(late) == "expired_trigger_id"
    assert await refusal(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_bad_view_is_refused_with_the_place(slack: SlackSandbox, client: AsyncWebClient) -> None:
    sent = await slack.command("U01MARA", "share")
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=sent.trigger_id, view=modal("T" * 25))
    answer = caught.value.response
    assert answer["error"] == "invalid_arguments"
    assert "json-pointer:/view/title/text" in answer["response_metadata"]["messages"][0]
    await client.views_open(trigger_id=sent.trigger_id, view=modal())
    large = {"type": "section", "text": plain("x" * 3000)}
    many = client.views_update(view_id=slack.modal("U01MARA").id, view=modal("L", *[large] * 90))  # type: ignore[union-attr]  # it is open
    assert await refusal(many) == "view_too_large"


async def test_a_submission_holds_what_was_chosen_and_typed(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    view = await opened(slack, client, modal(private_metadata="c4wtd:1"))
    await slack.submit(view, {"why": "sisters"})
    body = bot.heard[-1]
    assert (body["type"], body["view"]["callback_id"]) == ("view_submission", "share")
    assert body["view"]["private_metadata"] == "c4wtd:1"
    values = body["view"]["state"]["values"]
    assert values["why"]["note"]["value"] == "sisters"
    assert values["detail"]["detail"]["selected_option"]["value"] == "masked"
    assert slack.modal("U01MARA") is None


@pytest.mark.parametrize(
    ("element", "chosen", "key", "value"),
    [
        ({"type": "datepicker"}, "2026-11-24", "selected_date", "2026-11-24"),
        ({"type": "timepicker"}, "09:00", "selected_time", "09:00"),
        ({"type": "users_select"}, "U02TOMAS", "selected_user", "U02TOMAS"),
        ({"type": "conversations_select"}, "C02GENERAL", "selected_conversation", "C02GENERAL"),
        ({"type": "multi_users_select"}, ["U02TOMAS"], "selected_users", ["U02TOMAS"]),
        ({"type": "checkboxes", "options": [option("a")]}, ["a"], "selected_options", [option("a")]),
        ({"type": "static_select", "options": [option("a")]}, "a", "selected_option", option("a")),
        (
            {"type": "static_select", "option_groups": [{"label": plain("g"), "options": [option("a")]}]},
            "A",
            "selected_option",
            option("a"),
        ),
        (
            {"type": "conversations_select", "default_to_current_conversation": True},
            None,
            "selected_conversation",
            "C01SUPPORT",
        ),
        ({"type": "datepicker", "initial_date": "2026-11-24"}, None, "selected_date", "2026-11-24"),
        (
            {"type": "multi_static_select", "options": [option("a")], "initial_options": [option("a")]},
            None,
            "selected_options",
            [option("a")],
        ),
    ],
)
async def test_each_kind_of_field_has_its_own_words(
    slack: SlackSandbox,
    client: AsyncWebClient,
    bot: TinyBot,
    element: Shape,
    chosen: Any,
    key: str,
    value: Any,
) -> None:
    view = await opened(slack, client, modal("Fields", asked("field", element | {"action_id": "it"})))
    await slack.submit(view, {"it": chosen})
    assert bot.heard[-1]["view"]["state"]["values"]["field"]["it"][key] == value


async def test_slacks_client_keeps_back_what_is_not_filled_in(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    view = await opened(slack, client, modal("Why", asked("why", NOTE)))
    heard = len(bot.heard)
    for words in ("", "ab", "far too many words"):
        with pytest.raises(Incomplete) as caught:
            await slack.submit(view, {"note": words})
        assert "why" in caught.value.errors
    assert len(bot.heard) == heard


async def test_errors_stand_beside_their_fields(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    view = await opened(slack, client)
    bot.answer = lambda body: {"response_action": "errors", "errors": {"why": "Say more."}}
    await slack.submit(view)
    shown = slack.modal("U01MARA")
    assert shown is not None
    assert shown.errors == {"why": "Say more."}
    bot.answer = lambda body: {"response_action": "errors", "errors": {"nowhere": "?"}}
    assert (await slack.submit(view)).refused
    bot.answer = lambda body: ""
    await slack.submit(view)
    assert slack.modal("U01MARA") is None


async def test_an_answer_can_update_push_and_clear(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    view = await opened(slack, client, modal("One"))
    bot.answer = lambda body: {"response_action": "update", "view": modal("One again")}
    await slack.submit(view)
    assert top(slack) == "One again"
    bot.answer = lambda body: {"response_action": "push", "view": modal("Two")}
    await slack.submit(view)
    assert top(slack) == "Two"
    bot.answer = lambda body: ""
    second = slack.modal("U01MARA")
    assert second is not None
    await slack.submit(second)
    assert top(slack) == "One again"
    bot.answer = lambda body: {"response_action": "push", "view": modal("Two")}
    await slack.submit(view)
    bot.answer = lambda body: {"response_action": "clear"}
    second = slack.modal("U01MARA")
    assert second is not None
    await slack.submit(second)
    assert top(slack) == ""


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
        "not json",
    ],
)
async def test_an_answer_slack_does_not_understand_leaves_the_modal_with_a_banner(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot, answer: Any
) -> None:
    view = await opened(slack, client)
    bot.answer = lambda body: answer
    assert (await slack.submit(view)).refused
    shown = slack.modal("U01MARA")
    assert shown is not None
    assert shown.errors[""].startswith("We had some trouble connecting")


async def test_three_views_lie_on_each_other_at_most(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    press = {"type": "button", "action_id": "deeper", "text": plain("Deeper")}
    row = {"type": "actions", "block_id": "row", "elements": [press]}
    await opened(slack, client, modal("One", row))
    for title in ("Two", "Three", "Four"):
        view = slack.modal("U01MARA")
        assert view is not None
        sent = await slack.click(view, "deeper")
        assert "response_url" not in bot.heard[-1]
        push = client.views_push(trigger_id=sent.trigger_id, view=modal(title, row))
        if title == "Four":
            assert await refusal(push) == "push_limit_reached"
        else:
            await push
    third = slack.modal("U01MARA")
    assert third is not None
    assert (third.title, third.root) == ("Three", slack.world.stack("U01MARA")[0].id)


async def test_an_update_with_an_old_hash_is_refused(slack: SlackSandbox, client: AsyncWebClient) -> None:
    view = await opened(slack, client, modal(external_id="share-1"))
    await client.views_update(external_id="share-1", view=modal("Newer", external_id="share-1"))
    assert top(slack) == "Newer"
    late = client.views_update(view_id=view.id, hash=view.hash, view=modal("Late"))
    assert await refusal(late) == "hash_conflict"
    assert await refusal(client.views_update(view_id="V404", view=modal())) == "not_found"
    sent = await slack.command("U01MARA", "share")
    twice = client.views_open(trigger_id=sent.trigger_id, view=modal(external_id="share-1"))
    assert await refusal(twice) == "duplicate_external_id"


async def test_closing_is_told_where_it_was_asked_for(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    view = await opened(slack, client)
    assert await slack.close(view) is None
    assert slack.modal("U01MARA") is None
    await opened(slack, client)
    sent = await slack.command("U01MARA", "share")
    cleared = modal("Top", notify_on_close=True, clear_on_close=True)
    await client.views_push(trigger_id=sent.trigger_id, view=cleared)
    on_top = slack.modal("U01MARA")
    assert on_top is not None
    await slack.close(on_top)
    assert slack.modal("U01MARA") is None
    assert (bot.heard[-1]["type"], bot.heard[-1]["is_cleared"]) == ("view_closed", True)


async def test_a_conversation_field_can_bring_a_response_url(
    slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    where = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    view = await opened(slack, client, modal("Where", asked("where", where)))
    await slack.submit(view, {"where": "C02GENERAL"})
    (found,) = bot.heard[-1]["response_urls"]
    assert (found["channel_id"], found["block_id"]) == ("C02GENERAL", "where")
    assert found["response_url"].startswith(slack.origin)


async def test_each_person_has_a_home_tab(slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot) -> None:
    press = {"type": "button", "action_id": "connect.start", "text": plain("Connect"), "value": "desk"}
    blocks = [{"type": "section", "block_id": "s", "text": plain("Zoho Desk"), "accessory": press}]
    published = await client.views_publish(user_id="U01MARA", view={"type": "home", "blocks": blocks})
    assert slack.home("U02TOMAS") is None
    home = slack.home("U01MARA")
    assert home is not None
    await slack.click(home, "connect.start")
    body = bot.heard[-1]
    assert (body["container"]["type"], body["view"]["type"]) == ("view", "home")
    assert "message" not in body
    await slack.open_home("U01MARA")
    assert bot.heard[-1]["event"]["view"]["id"] == home.id
    view = {"type": "home", "blocks": []}
    await client.views_publish(user_id="U01MARA", view=view, hash=published["view"]["hash"])
    late = client.views_publish(user_id="U01MARA", view=view, hash=published["view"]["hash"])
    assert await refusal(late) == "hash_conflict"
    assert await refusal(client.views_publish(user_id="U99", view=view)) == "invalid_arguments"
    assert await refusal(client.views_publish(user_id="U01MARA", view=modal())) == "invalid_arguments"
