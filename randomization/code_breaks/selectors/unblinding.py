"""Reads on code breaks: the register, its counts, and what was changed after one.

Whether a value was changed after a break is derived from the audit trail, not stored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from randomization.models import CodeBreak
from randomization.vocabulary import CodeBreakKind
from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.history import Change, changes_of
from record.casebook.models import FormInstance, Participant
from record.casebook.values import is_blank
from trial_edc.requirements import implements


@implements("RND-10")
def unblindings_of(participant: Participant) -> QuerySet[CodeBreak]:
    breaks = CodeBreak.objects.filter(participant=participant)
    return breaks.select_related("recorded_by").order_by("at", "id")


def has_learned_arm(user: User, participant: Participant | None) -> bool:
    """By a code break of one's own, or at a bedside where the product was seen.

    Without a participant: an arm of anybody.
    """
    own = CodeBreak.objects.filter(Q(recorded_by=user) | Q(source__saved_by=user))
    return (own.filter(participant=participant) if participant else own).exists()


def code_break_before(
    breaks: Iterable[CodeBreak], at: datetime | None
) -> CodeBreak | None:
    """First break before a change; None where the change came before all."""
    return next(
        (code_break for code_break in breaks if at is not None and code_break.at <= at),
        None,
    )


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
    """Values of blinded forms changed after the participant's first code break."""
    unblinded = CodeBreak.objects.values("participant")
    forms = FormInstance.objects.filter(
        participant__in=unblinded, confidentiality=Confidentiality.OPEN
    ).exclude(saved_at=None)
    first: dict[int, CodeBreak] = {}
    for code_break in CodeBreak.objects.select_related("recorded_by").order_by(
        "at", "id"
    ):
        first.setdefault(code_break.participant_id, code_break)
    return [
        LateChange(form, change, label, first[form.participant_id], is_signed)
        for form in forms.select_related("participant").prefetch_related("signatures")
        if form.saved_at and form.saved_at >= first[form.participant_id].at
        for is_signed in [
            any(signature.holds_for(form) for signature in form.signatures.all())
        ]
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
    breaks = CodeBreak.objects.order_by().values_list("kind", "recorded_by__role")
    counts: dict[str, list[tuple[str, int]]] = {
        kind.value: [] for kind in CodeBreakKind
    }
    for kind, role, number in breaks.annotate(Count("id")):
        role_label = _(Role(role).label) if role else _("the system")
        counts[kind].append((role_label, number))
    return [
        BreakCount(_(CodeBreakKind(kind).label), tuple(sorted(numbers)))
        for kind, numbers in counts.items()
    ]


def code_breaks() -> QuerySet[CodeBreak]:
    return CodeBreak.objects.select_related("participant", "recorded_by")
