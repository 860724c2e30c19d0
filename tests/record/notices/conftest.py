"""Figures of the outbox, printed at the end of a run."""

from collections.abc import Callable

import pytest


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add figures to the summary of the run."""

    def add(figures: str) -> None:
        line = f"{request.node.name}: {figures}"
        request.node.user_properties.append(("figures", line))

    return add
