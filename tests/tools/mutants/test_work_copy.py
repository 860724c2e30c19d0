"""Rules without decorators: the same rules on the same lines."""

from tools.mutants.work_copy import undecorated

DECORATED = """\
from functools import cache, cached_property


@implements("OUT-07")
@cache
def days(hours):
    return hours / 24


class Stay:
    @property
    def hours(self):
        return 12

    @cached_property
    def days(self):
        return days(self.hours)

    @classmethod
    def of(cls):
        return cls()"""
PLAIN = """\
from functools import cache, cached_property


# implements('OUT-07')
# cache
def days(hours):
    return hours / 24


class Stay:
    # property
    def hours(self):
        return 12
    hours = property(hours)
    # property
    def days(self):
        return days(self.hours)
    days = property(days)
    @classmethod
    def of(cls):
        return cls()
"""


def test_decorators_are_applied_below_their_functions_on_the_same_lines():
    assert undecorated(DECORATED) == PLAIN


def test_rules_without_decorators_give_the_same():
    namespace = {}

    exec(compile(undecorated(DECORATED), "<rules>", "exec"), namespace)  # noqa: S102 - that is the point

    assert namespace["Stay"].of().days == 0.5
