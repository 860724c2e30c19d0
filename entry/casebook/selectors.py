"""The casebook of one participant as a grid; selects fixed in number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.consent.facts.reconsent import ReconsentDue
from enrollment.consent.selectors import reconsents_due
from enrollment.eligibility.facts.evidence import episode
from enrollment.eligibility.selectors import confirmations_of
from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.selectors import statuses_of
from entry.selectors.visibility import may_see, visible_codes
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of
from record.review.models import Query, QueryState, Signature, Verification
from trial_edc.vocabulary import Sex, VisitCode, VisitStatus, WithdrawalKind
from visits.schedule import facts as schedule
from visits.schedule.facts import Schedule, Visit
from visits.schedule.selectors import schedules_of

GRID_VISITS = tuple(code for code in VisitCode if code not in ("UNS", "EOS"))
UNFINISHED = (FormStatus.NOT_STARTED, FormStatus.DRAFT)
STARTED = frozenset(FormStatus) - {FormStatus.NOT_STARTED}
HEADER_FORMS = ("DEM", "SCN")
CONSENT = "CNS"
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

    @property
    def status(self) -> str:
        """An empty form may not be required at all."""
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
        is_started = any(cell.status in STARTED for cell in self)
        return FormStatus.DRAFT.value if is_started else FormStatus.NOT_STARTED.value

    @property
    def open_queries(self) -> int:
        return sum(cell.open_queries for cell in self)


@dataclass(frozen=True)
class GridRow:
    """One form with its places by column."""

    design: FormDesign
    cells: list[VisitCells]


@dataclass(frozen=True)
class LogCount:
    """A log of the casebook."""

    design: FormDesign
    rows: int
    open_queries: int


@dataclass(frozen=True)
class CasebookGrid:
    """One participant's casebook as a grid of forms and visits."""

    participant: Participant
    status: str
    schedule: Schedule
    columns: list[Visit]
    rows: list[GridRow]
    once: list[FormCell]
    logs: list[LogCount]
    unscheduled: list[FormCell]
    sex: str | None
    age_years: int | None
    open_queries: int
    overdue: int
    drafts: int
    creatinine: list[tuple[str, Decimal]]
    due: list[ReconsentDue]  # consents to ask for
    withdrawals: list[tuple[str, date | None]]  # kind and day

    @property
    def awaits_consent(self) -> bool:
        first_logs = [log.design.code for log in self.logs[:1]]
        return not self.rows and first_logs == ["CNS"]

    @property
    def has_sex_and_age(self) -> bool:
        return bool(self.sex) and self.age_years is not None

    @property
    def sex_word(self) -> str:
        return _(Sex(self.sex).label) if self.sex else ""

    @property
    def spark(self) -> str:
        """The creatinine course as points of a line, 240 by 40."""
        values = [value for _at, value in self.creatinine]
        if len(values) < 2:  # noqa: PLR2004 - a line needs two points
            return ""
        low, high = min(values), max(values)
        step, span = 236 / (len(values) - 1), (high - low) or 1
        return " ".join(
            f"{2 + n * step:.1f},{37 - float(34 * (value - low) / span):.1f}"
            for n, value in enumerate(values)
        )

    @property
    def last_creatinine_text(self) -> str:
        """In umol/L, to one decimal."""
        return f"{self.creatinine[-1][1]:.1f}" if self.creatinine else ""


def casebook_grid_of(participant: Participant, user: User) -> CasebookGrid:
    codes = visible_codes(user)
    forms = list(
        FormInstance.objects.filter(participant=participant, code__in=codes)
        .filter(struck_at=None)
        .order_by("visit_number", "occurrence", "pk")
    )
    codes_to_read = {*schedule.FORMS, *statuses.CODES, *HEADER_FORMS, "CRE"}
    casebook = casebooks_of([participant], sorted(codes_to_read))[participant.pk]
    plan = schedules_of([participant], {participant.pk: casebook})[participant.pk]
    status = statuses_of([participant], {participant.pk: casebook})[participant.pk]
    confirmed = confirmations_of(participant, episode(casebook), status)
    columns = [visit for visit in plan.visits if visit.code in GRID_VISITS]
    cells = _cells(forms, confirmed, plan)
    by_code: dict[str, list[FormCell]] = defaultdict(list)
    for cell in cells:
        by_code[cell.form.code].append(cell)
    return CasebookGrid(
        participant=participant,
        status=status.value,
        schedule=plan,
        columns=columns,
        rows=_grid(columns, by_code, user),
        once=[
            cell
            for code in catalogue.designs()
            for cell in by_code.get(code, ())
            if _is_once(cell.form)
        ],
        logs=_logs(by_code, user),
        unscheduled=[c for c in cells if c.form.visit == VisitCode.UNSCHEDULED],
        sex=casebook.fact("sex"),
        age_years=casebook.fact("age_years"),
        open_queries=sum(cell.open_queries for cell in cells),
        overdue=_overdue(plan, cells),
        drafts=sum(cell.form.status == FormStatus.DRAFT for cell in cells),
        creatinine=_creatinine(casebook) if "CRE" in codes else [],
        due=reconsents_due({participant.pk: casebook})[participant.pk]
        if CONSENT in codes
        else [],
        withdrawals=[
            (_(WithdrawalKind(kind).label), row.get("on"))
            for row in casebook.rows("WDR")
            if "WDR" in codes and (kind := row.get("kind"))
        ],
    )


def _is_once(form: FormInstance) -> bool:
    collected = catalogue.design(form.code).collected
    return not collected.visits and not collected.is_log


def _creatinine(casebook: Casebook) -> list[tuple[str, Decimal]]:
    rows = [(row.get("sample_at"), row.get("value")) for row in casebook.rows("CRE")]
    samples = [(at.text, value.standard) for at, value in rows if at and value]
    return sorted(samples)


def _cells(
    forms: list[FormInstance], confirmed: Mapping[int, bool], plan: Schedule
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


def _grid(
    columns: list[Visit], by_code: Mapping[str, list[FormCell]], user: User
) -> list[GridRow]:
    rows = []
    for code, design in catalogue.designs().items():
        if not design.collected.visits or not may_see(user, design):
            continue
        cells = [
            VisitCells(c for c in by_code.get(code, ()) if c.form.visit == visit.code)
            for visit in columns
        ]
        if any(cells):
            rows.append(GridRow(design, cells))
    return rows


def _logs(by_code: Mapping[str, list[FormCell]], user: User) -> list[LogCount]:
    return [
        LogCount(
            design,
            len(by_code.get(design.code, ())),
            sum(cell.open_queries for cell in by_code.get(design.code, ())),
        )
        for design in catalogue.logs_and_tables()
        if may_see(user, design)
    ]


def _overdue(plan: Schedule, cells: Iterable[FormCell]) -> int:
    late = {v.code for v in plan.visits if v.status == VisitStatus.OVERDUE}
    return sum(
        cell.form.visit in late and cell.form.status in UNFINISHED for cell in cells
    )
