"""Figures of the outbox, told at the end of a run."""

from collections.abc import Callable

import pytest


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give the means to note figures; the summary of the run tells them."""

    def noting(figures: str) -> None:
        told = f"{request.node.name}: {figures}"
        request.node.user_properties.append(("figures", told))

    return noting
