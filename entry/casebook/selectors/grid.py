"""The casebook of one participant as a grid; selects fixed in number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter

from django.utils.translation import gettext as _

from enrollment.consent.facts.reconsent import ReconsentDue
from enrollment.consent.selectors import reconsents_due
from enrollment.eligibility.facts.evidence import episode
from enrollment.eligibility.selectors import confirmations_of
from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.selectors import statuses_of
from enrollment.selectors import reads_whole_casebooks
from enrollment.vocabulary import ParticipantStatus
from entry.casebook.selectors.cells import (
    GRID_VISITS,
    UNFINISHED,
    FormCell,
    VisitCells,
    cells_of,
)
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import may_see, visible_codes
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of
from record.casebook.values import DetectionLimit, Quantity
from record.review.models import QueryState
from record.review.selectors import queries_visible_to
from record.review.selectors.sign_offs import Place, SignOffState, sign_off_states
from trial_edc.context import page_for
from trial_edc.vocabulary import Sex, VisitCode, VisitStatus, WithdrawalKind
from visits.missing_forms.selectors import missing_of
from visits.schedule import facts as schedule
from visits.schedule.facts import Schedule, Visit
from visits.schedule.selectors import schedules_of

HEADER_FORMS = ("DEM", "SCN")
CONSENT, CREATININE, WITHDRAWAL = "CNS", "CRE", "WDR"
SIGN_VISIT = "entry:sign_visit"


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
class VisitSign:
    """A visit with its sign-off; without address nobody signs it now."""

    visit: Visit
    sign_off: SignOffState | None
    url: str | None


@dataclass(frozen=True)
class CasebookGrid:
    """One participant's casebook as a grid of forms and visits, for one reader."""

    participant: Participant
    user: User
    casebook: Casebook
    schedule: Schedule
    status: ParticipantStatus
    cells: list[FormCell]
    due: list[ReconsentDue]  # consents to ask for
    queries_without_form: int
    sign_offs: Mapping[Place, SignOffState]

    @cached_property
    def columns(self) -> list[Visit]:
        return [visit for visit in self.schedule.visits if visit.code in GRID_VISITS]

    @property
    def visit_signs(self) -> list[VisitSign]:
        """Beside the state of each visit its sign-off, and the way to sign it."""
        begun = {cell.form.visit for cell in self.cells if cell.form.revision}
        number = self.participant.number
        return [
            VisitSign(
                visit,
                self.sign_offs.get((visit.code.value, 0)),
                page_for(self.user, SIGN_VISIT, number, visit.code.value, 0)
                if visit.code in begun
                else None,
            )
            for visit in self.columns
        ]

    @property
    def sign_off(self) -> SignOffState | None:
        """Of the whole casebook."""
        return self.sign_offs.get(("", 0))

    @cached_property
    def by_code(self) -> Mapping[str, list[FormCell]]:
        by_code = defaultdict(list)
        for cell in self.cells:
            by_code[cell.form.code].append(cell)
        return by_code

    @cached_property
    def rows(self) -> list[GridRow]:
        rows = [
            GridRow(design, [self._cells_at(visit, design) for visit in self.columns])
            for design in catalogue.designs().values()
            if design.collected.visits and may_see(self.user, design)
        ]
        return [row for row in rows if any(row.cells)]

    def _cells_at(self, visit: Visit, design: FormDesign) -> VisitCells:
        cells = self.by_code.get(design.code, ())
        return VisitCells(cell for cell in cells if cell.form.visit == visit.code)

    @cached_property
    def once(self) -> list[FormCell]:
        designs = catalogue.designs().values()
        return [
            cell
            for design in designs
            if not design.collected.visits and not design.collected.is_log
            for cell in self.by_code.get(design.code, ())
        ]

    @cached_property
    def logs(self) -> list[LogCount]:
        return [
            LogCount(
                design,
                len(self.by_code.get(design.code, ())),
                sum(cell.open_queries for cell in self.by_code.get(design.code, ())),
            )
            for design in catalogue.logs_and_tables()
            if may_see(self.user, design)
        ]

    @property
    def unscheduled(self) -> list[FormCell]:
        return [c for c in self.cells if c.form.visit == VisitCode.UNSCHEDULED]

    @property
    def open_queries(self) -> int:
        on_forms = sum(cell.open_queries for cell in self.cells)
        return on_forms + self.queries_without_form

    @property
    def missing(self) -> int:
        return sum(cell.is_missing for cell in self.cells)

    @property
    def drafts(self) -> int:
        return sum(cell.form.status == FormStatus.DRAFT for cell in self.cells)

    @property
    def overdue(self) -> int:
        visits = self.schedule.visits
        late = {visit.code for visit in visits if visit.status == VisitStatus.OVERDUE}
        return sum(
            cell.form.visit in late and cell.form.status in UNFINISHED
            for cell in self.cells
        )

    @property
    def awaits_consent(self) -> bool:
        first_logs = [log.design.code for log in self.logs[:1]]
        return not self.rows and first_logs == [CONSENT]

    @property
    def age_years(self) -> int | None:
        age_years: int | None = self.casebook.fact("age_years")
        return age_years

    @property
    def has_sex_and_age(self) -> bool:
        return bool(self.casebook.fact("sex")) and self.age_years is not None

    @property
    def sex_word(self) -> str:
        sex = self.casebook.fact("sex")
        return _(Sex(sex).label) if sex else ""

    @cached_property
    def creatinine(self) -> list[tuple[str, Quantity | DetectionLimit]]:
        rows = self._visible_rows(CREATININE)
        pairs = [(row.get("sample_at"), row.get("value")) for row in rows]
        samples = [(at.text, value) for at, value in pairs if at and value]
        return sorted(samples, key=itemgetter(0))

    @property
    def spark(self) -> str:
        """The creatinine course as points of a line, 240 by 40; no limit is a point."""
        amounts = [amount for _at, amount in self.creatinine]
        values = [one.standard for one in amounts if isinstance(one, Quantity)]
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
        if not self.creatinine:
            return ""
        amount = self.creatinine[-1][1]
        if isinstance(amount, DetectionLimit):
            return f"{amount.comparator}{amount.bound:.1f}"
        return f"{amount.standard:.1f}"

    @property
    def withdrawals(self) -> list[tuple[str, date | None]]:
        return [
            (_(WithdrawalKind(kind).label), row.get("on"))
            for row in self._visible_rows(WITHDRAWAL)
            if (kind := row.get("kind"))
        ]

    def _visible_rows(self, code: str) -> Sequence[FormData]:
        is_visible = may_see(self.user, catalogue.design(code))
        return self.casebook.rows(code) if is_visible else ()


def casebook_grid_of(participant: Participant, user: User) -> CasebookGrid:
    codes, pk = visible_codes(user), participant.pk
    codes_to_read = {*schedule.FORMS, *statuses.CODES, *HEADER_FORMS, CREATININE}
    casebooks = casebooks_of([participant], sorted(codes_to_read))
    plan = schedules_of([participant], casebooks)[pk]
    status = statuses_of([participant], casebooks)[pk]
    confirmed = confirmations_of(participant, episode(casebooks[pk]), status)
    forms = _forms(participant, codes)
    missing = missing_of(forms, casebooks[pk], plan, status)
    return CasebookGrid(
        participant=participant,
        user=user,
        casebook=casebooks[pk],
        schedule=plan,
        status=status,
        cells=cells_of(forms, confirmed, plan, missing),
        due=reconsents_due(casebooks)[pk] if CONSENT in codes else [],
        queries_without_form=queries_visible_to(user)
        .filter(participant=participant, state=QueryState.OPEN)
        .count(),
        sign_offs=sign_off_states(participant) if reads_whole_casebooks(user) else {},
    )


def _forms(participant: Participant, codes: Collection[str]) -> list[FormInstance]:
    forms = FormInstance.objects.filter(participant=participant, code__in=codes)
    forms = forms.filter(struck_at=None)
    return list(forms.order_by("visit_number", "occurrence", "pk"))
