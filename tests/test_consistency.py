"""What is said in two places is the same: manifest and listeners, ids and listeners, README and code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from slack_bolt.app.async_app import AsyncApp

from bot import ids
from bot.__main__ import main
from bot.app import Bot, build
from bot.blocks.catalogue import COMMANDS
from bot.manifest import scopes
from bot.metrics import Metrics
from bot.settings import NAMES, load
from bot.store import Store
from zoho.database import Database
from zoho.records import Module
from zoho.scopes import READ_DESK, write_scopes

TOP = Path(__file__).parents[1]
README = TOP / "README.md"
PAGES = (README, *sorted((TOP / "docs").glob("*.md")))
"""Everything that is written for people."""


# What the bot listens to

KINDS = ("command", "action", "event", "view", "shortcut", "options")
ENVIRONMENT = {
    "SLACK_SIGNING_SECRET": "made-up",
    "SLACK_BOT_TOKEN": "xoxb-made-up",
    "ZOHO_CLIENT_ID": "1000.MADEUP",
    "ZOHO_CLIENT_SECRET": "made-up",
    "ZOHO_HOME_DC": "eu",
    "PUBLIC_URL": "http://127.0.0.1:8080",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}


@dataclass(frozen=True)
class Built:
    """A bot that was put together, and the names for which it registered a listener with Bolt, by kind."""

    bot: Bot
    heard: Mapping[str, set[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    heard: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def noting(kind: str) -> Callable[..., Any]:
        register = getattr(AsyncApp, kind)

        def note(app: AsyncApp, name: object, *more: Any, **named: Any) -> Any:
            if isinstance(name, str):
                heard[kind].add(name)
            return register(app, name, *more, **named)

        return note

    database = f"sqlite:///{tmp_path_factory.mktemp('built') / 'duplicates.sqlite3'}"
    with pytest.MonkeyPatch.context() as bolt:
        for kind in KINDS:
            bolt.setattr(AsyncApp, kind, noting(kind))
        bot = build(load({**ENVIRONMENT, "DATABASE_URL": database}, env_file=None))
    return Built(bot, heard)


@pytest.fixture(scope="module")
def listened(built: Built) -> Mapping[str, set[str]]:
    return built.heard


@pytest.fixture(scope="module")
def routes(built: Built) -> frozenset[str]:
    """Method and path of everything the web server answers; HEAD goes without saying."""
    found = ((route.method, route.resource) for route in built.bot.runner.app.router.routes())
    return frozenset(
        f"{method} {resource.canonical}" for method, resource in found if resource and method != "HEAD"
    )


@pytest.fixture
def subcommands(capsys: pytest.CaptureFixture[str]) -> frozenset[str]:
    """What can follow ``python -m bot``."""
    with pytest.raises(SystemExit):
        main(["--help"])
    named = re.search(r"\{([a-z,-]+)\}", capsys.readouterr().out)
    assert named
    return frozenset(named[1].split(","))


@cache
def manifest() -> dict[str, Any]:
    loaded = yaml.safe_load((TOP / "manifest.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_the_manifest_names_the_commands_the_bot_listens_to(listened: Mapping[str, set[str]]) -> None:
    assert {row["command"] for row in manifest()["features"]["slash_commands"]} == listened["command"]


def test_the_manifest_asks_for_the_events_the_bot_listens_to(listened: Mapping[str, set[str]]) -> None:
    assert set(manifest()["settings"]["event_subscriptions"]["bot_events"]) == listened["event"]


def test_the_manifest_has_the_shortcuts_the_bot_listens_to(listened: Mapping[str, set[str]]) -> None:
    assert {row["callback_id"] for row in manifest()["features"].get("shortcuts", [])} == listened["shortcut"]


def test_every_id_has_its_listener_and_every_listener_its_id(listened: Mapping[str, set[str]]) -> None:
    known = {value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}

    assert known == set().union(*(listened[kind] for kind in KINDS if kind != "event"))


# What the README says


def section(title: str, page: Path = README) -> str:
    """Down to the next heading of the same kind, or of a higher one."""
    _, heading, after = re.split(rf"^(##+) {re.escape(title)}\n", page.read_text(), maxsplit=1, flags=re.M)
    return re.split(rf"^#{{1,{len(heading)}}} ", after, maxsplit=1, flags=re.M)[0]


def first_cells(text: str) -> set[str]:
    """What stands between backticks in the first column of the tables in a text."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@cache
def settings_in_use() -> frozenset[str]:
    """The variables whose values something reads; one that is only kept for later need not be explained."""
    sources = " ".join(
        file.read_text() for file in (TOP / "bot").rglob("*.py") if "sandbox" not in file.parts
    )
    return frozenset(name for name in NAMES if re.search(rf"\b(settings|self)\.{name.lower()}\b", sources))


def test_the_readme_explains_exactly_the_settings_in_use() -> None:
    assert first_cells(section("Settings")) == settings_in_use()


def test_the_example_file_holds_exactly_the_settings_in_use() -> None:
    example = (TOP / ".env.example").read_text()

    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.M)) == settings_in_use()


def test_the_readme_explains_exactly_the_commands_one_can_type_in_slack() -> None:
    assert first_cells(section(f"What `{ids.COMMAND}` understands")) == {
        command.typed for command in COMMANDS
    }


def test_the_readme_explains_exactly_the_commands_of_the_command_line(
    subcommands: frozenset[str],
) -> None:
    cells = first_cells(section("Commands").partition("`serve` answers")[0])

    assert {cell.split()[0] for cell in cells if not cell.startswith("python")} == subcommands


def test_the_procfile_runs_commands_that_exist(subcommands: frozenset[str]) -> None:
    lines = (TOP / "Procfile").read_text().splitlines()

    assert {line.partition("python -m bot ")[2].split()[0] for line in lines} <= subcommands


def test_the_readme_explains_exactly_the_routes_there_are(routes: frozenset[str]) -> None:
    assert first_cells(section("Commands").partition("`serve` answers")[2]) == routes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_commands_that_exist(page: Path, subcommands: frozenset[str]) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.M))
    typed = set(re.findall(rf"`{ids.COMMAND} ([a-z]+)[ `]", text)) - {"desk"}

    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)) <= targets
    assert set(re.findall(r"python -m bot ([a-z-]+)", text)) <= subcommands
    assert [word for word in typed if word not in {command.first for command in COMMANDS}] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_settings_that_exist(page: Path) -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", page.read_text()))

    assert named <= {*settings_in_use(), "API_NAME"}


def test_the_readme_gives_a_reason_for_exactly_the_slack_scopes_of_the_manifest() -> None:
    needed, optional = scopes()
    rows = [line for line in section("Slack: the app").splitlines() if line.startswith("| `")]

    assert first_cells("\n".join(row for row in rows if "optional:" not in row)) == needed
    assert first_cells("\n".join(row for row in rows if "optional:" in row)) == optional


def test_the_readme_gives_a_reason_for_exactly_the_zoho_scopes_that_are_asked_for() -> None:
    asked = {*READ_DESK, *(scope for module in Module for scope in write_scopes(module, "cf_flag"))}

    assert first_cells(section("Zoho: the client")) == asked


async def test_the_operators_page_explains_exactly_the_metrics_there_are(tmp_path: Path) -> None:
    about = section("Metrics", TOP / "docs" / "operating.md").partition("Worth an alarm")[0]
    database = Database.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}", keys=[Fernet.generate_key().decode()])
    store = Store(database, lambda: datetime.now(UTC))
    shown = (await Metrics(database, store.unfinished, lambda: datetime.now(UTC)).told()).decode()
    await database.close()
    kinds = {name for name in re.findall(r"^# TYPE (\w+)", shown, re.M) if not name.endswith("_created")}

    assert first_cells(about) == kinds


def test_what_the_readme_quotes_from_slack_and_the_log_is_really_said() -> None:
    rows = [line for line in section("When something does not work").splitlines() if line.startswith("|")]
    seen = "\n".join(row.split("|")[1] for row in rows)
    quoted = {words.replace(*_FILLED_IN) for words in re.findall(r'"([^"]+)"', seen)} - _OF_OTHERS
    events = set(re.findall(r"`([a-z]+_[a-z_]+)`", seen))
    said = "\n".join(text for path, text in texts() if path.startswith(("bot/", "zoho/")))

    assert len(quoted) > 5
    assert [words for words in quoted | {f'"{event}"' for event in events} if words not in said] == []


def test_the_operators_page_names_only_lines_of_the_log_and_outcomes_that_there_can_be() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", (TOP / "docs" / "operating.md").read_text()))
    events = {word for word in named if not word.startswith(("duplicates_", "pg_"))}
    said = "\n".join(text for path, text in texts() if path.startswith(("bot/", "zoho/")))

    assert {"no_worker", "slack_token_dead"} <= events
    assert [event for event in events if f'"{event}"' not in said] == []


_FILLED_IN = ("Zoho Desk.", "{brand}.")
_OF_OTHERS = {
    f"{ids.COMMAND} failed with the error dispatch_failed",
    f"{ids.COMMAND} is not a valid command",
    "Invalid Redirect Uri",
}


def test_the_ci_script_runs_the_readmes_test_command() -> None:
    assert "make test" in (TOP / ".ci/run").read_text()
    assert "```\nmake test\n```" in README.read_text()


def test_every_place_that_the_readme_sends_a_newcomer_to_is_there() -> None:
    named = re.findall(r"`((?:bot|zoho|tests)/[\w./]*)`", section("Where things live"))

    assert len(named) > 20
    assert [path for path in named if not (TOP / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        if "://" not in target:
            led = page.parent / path if path else page
            assert led.exists(), target
            assert not anchor or anchor in headings(led), target


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


# What no file may hold

IGNORED = {
    ".git",
    ".venv",
    "__pycache__",
    *(line.strip("/") for line in (TOP / ".gitignore").read_text().split()),
}
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "index" + "-url", "--find" + "-links")
MACHINE = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users|farm|var/tmp)/")


def texts() -> Iterator[tuple[str, str]]:
    """Every file of the project that is text, with its path."""
    for file in sorted(TOP.rglob("*")):
        path = file.relative_to(TOP)
        if (
            file.is_file()
            and not IGNORED.intersection(path.parts)
            and file.suffix not in (".png", ".sqlite3")
        ):
            yield str(path), file.read_text()


@pytest.mark.parametrize("word", REGISTRIES)
def test_no_file_names_a_package_index(word: str) -> None:
    assert [path for path, text in texts() if word in text] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [path for path, text in texts() if MACHINE.search(text)] == []
