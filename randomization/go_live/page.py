"""The checklist as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from randomization.go_live.rules import Prerequisite, obstacles
from randomization.go_live.selectors import prerequisites
from record.accounts.models import User
from trial_edc.context import page_for


@dataclass(frozen=True)
class ChecklistLine:
    """One line: its state as word and tone, what to do, and where."""

    topic: str
    word: str
    tone: str
    problem: str
    address: str | None


@dataclass(frozen=True)
class Checklist:
    """What is missing comes first, then advice, then what is in place."""

    missing: int
    lines: Sequence[ChecklistLine]


def checklist(user: User) -> Checklist:
    needed = sorted(
        prerequisites(), key=lambda each: (not each.problem, not each.is_needed)
    )
    return Checklist(len(obstacles(needed)), [_line(each, user) for each in needed])


def _line(each: Prerequisite, user: User) -> ChecklistLine:
    word, tone = _("in place"), "good"
    if each.problem:
        word, tone = (
            (_("missing"), "danger") if each.is_needed else (_("advised"), "attention")
        )
    address = page_for(user, each.page) if each.page and each.problem else None
    return ChecklistLine(each.topic, word, tone, each.problem, address)
