"""What every test of outcomes stands on."""

from collections.abc import Iterator

import pytest

from trial_edc import clock


@pytest.fixture(autouse=True)
def _one_instant() -> Iterator[None]:
    """Let no minute pass between two entries that are told in days."""
    with clock.at(clock.now()):
        yield
