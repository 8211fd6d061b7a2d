"""What is written to the log, and above all what is not: no token, no secret, no record, at any level.

Libraries print requests, parameters and bodies at DEBUG, some at INFO; they are held to WARNING whatever
LOG_LEVEL says, where their lines come out: Bolt gives each of its loggers the level of the root anew. An
exception is told by its kind and place, never by its message.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TextIO

import structlog
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped
from structlog.types import EventDict, Processor, WrappedLogger

_TALKATIVE = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "procrastinate",
    "psycopg",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
)
_SHORT = 3  # characters: so few say nothing, and stand in many a word
_NO_NEWS = (warning_token_skipped(), warning_client_prioritized_and_token_skipped())


def configure_logging(level: str, form: str, stream: TextIO | None = None) -> None:
    """Log to ``stream`` (standard error) from ``level`` on, as ``text`` or ``json`` lines."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    handler.addFilter(_may_be_told)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _may_be_told(record: logging.LogRecord) -> bool:
    """Not what a library says below WARNING, nor that Bolt heard of a token which it need not know."""
    if record.name.partition(".")[0] not in _TALKATIVE:
        return True
    return record.levelno >= logging.WARNING and record.msg not in _NO_NEWS


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=False)


def _without_messages(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Put the kind of an exception and where it arose in the place of its text, which some libraries repeat
    in their own words."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if given is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        event["error"] = type(error).__name__
        event["event"] = _without(error, str(event.get("event", "")))
        event["at"] = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    return event


def _without(error: BaseException, text: str) -> str:
    for said in (repr(error), str(error)):
        if len(said) > _SHORT:
            text = text.replace(said, type(error).__name__)
    return text
