"""The forms of a casebook as cells of its grid, with the marks beside their status."""

from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass

from record.casebook.models import FormInstance, FormStatus
from record.review.models import Query, QueryState, Signature, Verification
from trial_edc.vocabulary import VisitCode
from visits.schedule.facts import Schedule

GRID_VISITS = tuple(code for code in VisitCode if code not in ("UNS", "EOS"))
MISSING = "missing"
UNFINISHED = (FormStatus.NOT_STARTED, FormStatus.DRAFT, MISSING)
STARTED = frozenset(FormStatus) - {FormStatus.NOT_STARTED}
ELIGIBILITY = "ELG"  # signed on the page of the criteria


@dataclass(frozen=True)
class FormCell:
    """One form in the grid, with the marks beside its status."""

    form: FormInstance
    open_queries: int
    is_verified: bool
    changed_since_verified: bool
    is_signed: bool | None  # None: never signed
    is_required: bool = True
    is_missing: bool = False

    @property
    def status(self) -> str:
        """An empty form may be missing, or not required at all."""
        if self.is_missing:
            return MISSING
        is_empty = self.form.status == FormStatus.NOT_STARTED
        return "not_required" if is_empty and not self.is_required else self.form.status

    @property
    def marks(self) -> list[str]:
        marks = ["changed_since_verified"] if self.changed_since_verified else []
        marks += ["verified"] if self.is_verified else []
        marks += ["signed"] if self.is_signed else []
        marks += ["signature_broken"] if self.is_signed is False else []
        return marks + (["locked"] if self.form.locked_at else [])


class VisitCells(list[FormCell]):
    """The forms of one form at one visit: mostly one, or rows such as vital signs."""

    @property
    def is_several(self) -> bool:
        return len(self) > 1

    @property
    def answered(self) -> int:
        return sum(cell.status not in UNFINISHED for cell in self)

    @property
    def status(self) -> str:
        states = {cell.status for cell in self}
        if len(states) == 1:
            return states.pop()
        if self.answered == len(self):
            return FormStatus.COMPLETE.value
        if any(cell.status in STARTED for cell in self):
            return FormStatus.DRAFT.value
        return MISSING if MISSING in states else FormStatus.NOT_STARTED.value

    @property
    def open_queries(self) -> int:
        return sum(cell.open_queries for cell in self)


def cells_of(
    forms: list[FormInstance],
    confirmed: Mapping[int, bool],
    plan: Schedule,
    missing: Container[int],
) -> list[FormCell]:
    queries = Counter(
        Query.objects.filter(form__in=forms, state=QueryState.OPEN).values_list(
            "form_id", flat=True
        )
    )
    verified: dict[int, list[Verification]] = defaultdict(list)
    for verification in Verification.objects.filter(form__in=forms, withdrawn_at=None):
        verified[verification.form_id].append(verification)
    signed: dict[int, list[Signature]] = defaultdict(list)
    for signature in Signature.objects.filter(form__in=forms):
        signed[signature.form_id or 0].append(signature)
    return [
        FormCell(
            form,
            queries[form.pk],
            *_verification(form, verified[form.pk]),
            confirmed.get(form.occurrence)
            if form.code == ELIGIBILITY
            else _signature(form, signed[form.pk]),
            form.visit not in GRID_VISITS or plan.requires(form.code, form.visit),
            form.pk in missing,
        )
        for form in forms
    ]


def _verification(
    form: FormInstance, verifications: list[Verification]
) -> tuple[bool, bool]:
    latest: dict[str, int] = {}
    for verification in verifications:
        latest.update(verification.items)
    if not latest:
        return False, False
    if set(form.item_revisions) == {"sealed"}:
        is_stale = max(latest.values()) < form.revision
    else:
        now = form.item_revisions
        is_stale = any(now.get(item, 0) != at for item, at in latest.items())
        if not is_stale and set(now) - set(latest):
            return False, False
    return not is_stale, is_stale


def _signature(form: FormInstance, signatures: list[Signature]) -> bool | None:
    return (
        any(signature.holds_for(form) for signature in signatures)
        if signatures
        else None
    )
