"""The benchmarks: each is run by `make bench`, and their tools do what they say."""

from __future__ import annotations

from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier

from tests.bench.__main__ import NAMES, asked
from tests.bench.answers import covered
from tests.bench.signed import PATH, SECRET, commands
from tests.bench.steady import BadAnswer, seconds_each
from tests.bench.table import Row, drawn


def test_make_bench_knows_every_benchmark() -> None:
    modules = sorted(path.stem for path in (Path(__file__).parent / "bench").glob("[a-z]*.py"))
    is_one = {name: getattr(import_module(f"tests.bench.{name}"), "rows", None) for name in modules}
    assert sorted(NAMES) == [name for name, rows in is_one.items() if iscoroutinefunction(rows)]


def test_every_command_is_signed_as_slack_signs_and_none_is_sent_twice() -> None:
    verifier = SignatureVerifier(SECRET)
    made = list(commands(50, answers_to="http://127.0.0.1:1"))

    assert all(verifier.is_valid(one.body, one.timestamp, one.signature) for one in made)
    assert len({one.body for one in made}) == 50


async def test_a_steady_stream_waits_for_no_answer_and_times_each() -> None:
    waiting: set[int] = set()

    async def answer(request: web.Request) -> web.Response:
        waiting.add(len(waiting))
        return web.Response(text=str((await request.post())["text"]))

    app = web.Application()
    app.router.add_post(PATH, answer)
    async with TestServer(app) as server:
        took = await seconds_each(
            str(server.make_url("/")), list(commands(20, answers_to="http://127.0.0.1:1")), a_second=1000
        )

    assert len(took) == len(waiting) == 20
    assert all(seconds > 0 for seconds in took)


async def test_an_answer_that_is_not_200_ends_the_measurement() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=401)

    app = web.Application()
    app.router.add_post(PATH, answer)
    async with TestServer(app) as server:
        with pytest.raises(BadAnswer, match="401"):
            await seconds_each(
                str(server.make_url("/")), list(commands(1, answers_to="http://127.0.0.1:1")), a_second=1000
            )


def test_the_table_marks_what_does_not_hold() -> None:
    table = drawn([Row("a", "≤ 1", "0.5"), Row("bcd", "≤ 2", "3", holds=False)])

    assert table.splitlines() == [
        "  what  asked  seen",
        "  " + "-" * 17,
        "  a     ≤ 1    0.5",
        "✗ bcd   ≤ 2    3",
    ]


@pytest.mark.parametrize(
    ("ends", "seconds"),
    [((), 0.0), ((0.3,), 0.3), ((0.3, 0.6), 0.6), ((0.3, 0.4), 0.4), ((0.3, 0.3, 1.0), 0.6)],
)
def test_calls_at_the_same_time_count_once(ends: tuple[float, ...], seconds: float) -> None:
    assert covered(ends, 0.3) == pytest.approx(seconds)


def test_without_a_name_every_benchmark_is_run() -> None:
    assert tuple(asked([]).names) == NAMES
    assert asked(["rest", "acks"]).names == ["rest", "acks"]


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked(["rset"])
    assert "“rset” is none of" in capsys.readouterr().err
