"""Reads on code breaks: the register, its counts, and what was changed after one.

Whether a value was changed after a break is derived from the audit trail, not stored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from randomization.models import CodeBreak
from randomization.vocabulary import CodeBreakKind
from record.accounts.roles import Role
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.history import Change, changes_of
from record.casebook.models import FormInstance, Participant
from record.casebook.values import is_blank
from trial_edc.requirements import implements


@implements("RND-10")
def unblindings_of(participant: Participant) -> QuerySet[CodeBreak]:
    """Return when somebody came to know a participant's arm, and who, in order."""
    held = CodeBreak.objects.filter(participant=participant)
    return held.select_related("recorded_by").order_by("at", "id")


def known_before(breaks: Iterable[CodeBreak], at: datetime | None) -> CodeBreak | None:
    """Return the first break after which a change was made, None for one before all."""
    return next((one for one in breaks if at is not None and one.at <= at), None)


@dataclass(frozen=True)
class LateChange:
    """A value changed after the participant's code was broken."""

    form: FormInstance
    change: Change
    label: str
    since: CodeBreak
    is_authorised: bool  # an investigator signed the form as it is now


@implements("RND-10")
def changes_after_unblinding() -> list[LateChange]:
    """Return the values of blinded forms that were changed after a code break."""
    people = CodeBreak.objects.values("participant")
    forms = FormInstance.objects.filter(
        participant__in=people, confidentiality=Confidentiality.OPEN
    ).exclude(saved_at=None)
    first: dict[int, CodeBreak] = {}
    for one in CodeBreak.objects.select_related("recorded_by").order_by("at", "id"):
        first.setdefault(one.participant_id, one)
    return [
        LateChange(form, change, label, first[form.participant_id], is_signed)
        for form in forms.select_related("participant").prefetch_related("signatures")
        if form.saved_at and form.saved_at >= first[form.participant_id].at
        for is_signed in [any(s.holds_for(form) for s in form.signatures.all())]
        for change, label in _changes_since(form, first[form.participant_id].at)
    ]


def _changes_since(form: FormInstance, at: datetime) -> Iterator[tuple[Change, str]]:
    items = catalogue.design(form.code).items
    for change in changes_of(form):
        is_late = change.clock_at is not None and change.clock_at >= at
        if is_late and not is_blank(change.old) and change.item in items:
            yield change, str(items[change.item].verbose_name)


@dataclass(frozen=True)
class BreakCount:
    """How many codes of one kind the people of each role broke or recorded."""

    kind: str
    by_role: tuple[tuple[str, int], ...]  # role in words, number

    @property
    def total(self) -> int:
        return sum(number for _role, number in self.by_role)


def code_break_counts() -> list[BreakCount]:
    """Return the breaks by kind, and within it by the role of who entered them."""
    held = CodeBreak.objects.order_by().values_list("kind", "recorded_by__role")
    found: dict[str, list[tuple[str, int]]] = {kind.value: [] for kind in CodeBreakKind}
    for kind, role, number in held.annotate(Count("id")):
        word = _(Role(role).label) if role else _("the system")
        found[kind].append((word, number))
    return [
        BreakCount(_(CodeBreakKind(kind).label), tuple(sorted(numbers)))
        for kind, numbers in found.items()
    ]


def code_breaks() -> QuerySet[CodeBreak]:
    """Return the register of code breaks, the newest first; no arm is in it."""
    return CodeBreak.objects.select_related("participant", "recorded_by")
