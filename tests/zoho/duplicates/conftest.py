"""A stand-in Zoho and an installation beside it, new for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.zoho.duplicates.desk_stand import Clock, Stand, stand


@pytest.fixture
def clock() -> Clock:
    """The wall clock of the installation; it runs, and can be set forward."""
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Stand]:
    """Both sides, running."""
    async with stand(tmp_path, now=clock) as running:
        yield running
