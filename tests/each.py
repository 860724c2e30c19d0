"""One test for many cases of a kind: it looks at all, and names each that fails."""

from collections.abc import Callable, Mapping
from traceback import extract_tb
from typing import Any

import pytest

Check = Callable[[Any], object]


def for_each(cases: Mapping[str, Any]) -> Callable[[Check], Callable[[], None]]:
    """Make a test of a check of one case; marks stand above this decorator.

    For pure checks: no case has a test of its own to set up, report and tear down.
    """

    def decorate(check: Check) -> Callable[[], None]:
        def test() -> None:
            faults = {name: _fault(check, case) for name, case in cases.items()}
            lines = [f"{name}: {fault}" for name, fault in faults.items() if fault]
            assert faults
            if lines:
                pytest.fail("\n".join(lines), pytrace=False)

        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(test, name, getattr(check, name))
        return test

    return decorate


def _fault(check: Check, case: Any) -> str:
    """Why a case fails, and on which line of the check; "" for one that does not."""
    try:
        check(case)
    except (Exception, pytest.fail.Exception) as problem:  # noqa: BLE001 - each is told
        calls = extract_tb(problem.__traceback__)
        here = [c.lineno for c in calls if c.filename == check.__code__.co_filename]
        return f"line {here[-1]}: {type(problem).__name__}: {problem}"
    return ""
