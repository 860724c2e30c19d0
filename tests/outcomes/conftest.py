"""Fixtures of the outcome tests."""

from collections.abc import Iterator

import pytest

from trial_edc import clock


@pytest.fixture(autouse=True)
def _one_instant() -> Iterator[None]:
    """Stop the clock, so that ages in days do not change between two entries."""
    with clock.at(clock.now()):
        yield
