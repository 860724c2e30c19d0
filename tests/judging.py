"""Pytest plugin of `make mutants`: quick tests judge first, one failure is enough."""

import pytest
from hypothesis import Phase, settings

settings.register_profile(
    "mutants",
    settings.get_profile("ci"),  # the same examples each time
    phases=(Phase.explicit, Phase.generate),  # nobody reads a smaller example
)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))
