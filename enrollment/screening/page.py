"""The screening log: one row for each screening of every person approached."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import reasons_text
from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.rules.participant_numbers import screening_number
from enrollment.screening.selectors import statuses_of
from enrollment.selectors import people_visible_to
from enrollment.vocabulary import (
    FAILURE_OF_RESULT,
    ApproachResult,
    ParticipantStatus,
    PatientSource,
    ScreenFailure,
)
from record.accounts.models import User
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex

STRUCK_OUT = "struck_out"
SEPARATOR = "; "  # criteria as they are frozen at closing
UNKNOWN = ":unknown"
DECIDED_BY_CRITERIA = (ScreenFailure.CRITERIA_FAILED, ScreenFailure.NOT_EVALUABLE)


@dataclass(frozen=True)
class ScreeningLogRow:
    """One screening of one person; struck out where it was registered in error."""

    participant: Participant
    form_id: int
    episode: int
    state: str  # where the person stands; an earlier screening has failed
    data: FormData | None = None  # None: struck out, its values stay on the form
    consented_at: datetime | None = None
    is_randomized: bool = False

    @property
    def number(self) -> str:
        return screening_number(self.participant.number, self.episode)

    @property
    def is_struck(self) -> bool:
        return self.data is None

    @property
    def approached_at(self) -> datetime | None:
        at: datetime | None = self._value("approached_at")
        return at

    @property
    def closed_at(self) -> datetime | None:
        at: datetime | None = self._value("screening_closed_at")
        return at

    @property
    def age_years(self) -> Decimal | None:
        age: Decimal | None = self._value("age_years")
        return age

    @property
    def status(self) -> ParticipantStatus | None:
        """None where it is struck out."""
        return None if self.is_struck else ParticipantStatus(self.state)

    @property
    def source_term(self) -> PatientSource | None:
        code = self._value("source")
        return PatientSource(code) if code else None

    @property
    def source(self) -> str:
        return _(self.source_term.label) if self.source_term else ""

    @property
    def sex_term(self) -> Sex | None:
        code = self._value("sex")
        return Sex(code) if code else None

    @property
    def sex(self) -> str:
        return _(self.sex_term.label) if self.sex_term else ""

    @property
    def reason_code(self) -> str:
        result = self._value("approach_result") or ""
        if result in FAILURE_OF_RESULT:
            return str(result)
        return str(self._value("screen_failure_reason") or "")

    @property
    def reason(self) -> str:
        return reason_label(self.reason_code)

    @property
    def criteria(self) -> list[str]:
        """Such as `E9:present`; unknown ones where criteria ended the screening."""
        frozen: str = self._value("failed_criteria") or ""
        criteria = frozen.split(SEPARATOR) if frozen else []
        if self.reason_code in DECIDED_BY_CRITERIA:
            return criteria
        return [criterion for criterion in criteria if not criterion.endswith(UNKNOWN)]

    @property
    def reason_place(self) -> int | None:
        return list(REASONS).index(self.reason_code) if self.reason_code else None

    @property
    def failed_criteria(self) -> str:
        return reasons_text(self.criteria)

    @property
    def first_criterion(self) -> int | None:
        """The place of the first criterion that failed or is unknown."""
        codes = [criterion.partition(":")[0] for criterion in self.criteria]
        return min(map(CRITERIA.index, codes), default=None)

    def _value(self, item: str) -> Any:
        return self.data.get(item) if self.data else None


CRITERIA = [criterion.id for criterion in PROTOCOL.criteria]
REASONS = {term.value: term.label for term in (*ScreenFailure, *ApproachResult)}


def reason_label(code: str) -> str:
    return _(REASONS[code]) if code else ""


def screening_log(user: User) -> list[ScreeningLogRow]:
    people = list(people_visible_to(user))
    casebooks = casebooks_of(people, statuses.CODES)
    status_by_participant = statuses_of(people, casebooks)
    struck = _struck_out(people)
    return [
        row
        for person in people
        for row in sorted(
            (
                *_rows(person, casebooks[person.pk], status_by_participant[person.pk]),
                *struck.get(person.pk, ()),
            ),
            key=lambda row: -row.episode,
        )
    ]


def _rows(
    person: Participant, casebook: Casebook, status: ParticipantStatus
) -> list[ScreeningLogRow]:
    present = casebook.one("SCN")
    return [
        ScreeningLogRow(
            participant=person,
            form_id=data.form_id or 0,
            episode=data.occurrence,
            state=(
                status if data is present else ParticipantStatus.SCREEN_FAILED
            ).value,
            data=data,
            consented_at=casebook.fact("consented_at"),
            is_randomized=data is present and casebook.fact("is_randomized"),
        )
        for data in casebook.rows("SCN")
    ]


def _struck_out(people: Sequence[Participant]) -> Mapping[int, list[ScreeningLogRow]]:
    by_id = {person.pk: person for person in people}
    rows: dict[int, list[ScreeningLogRow]] = {}
    for form in FormInstance.objects.filter(code="SCN", struck_at__isnull=False):
        if person := by_id.get(form.participant_id):
            row = ScreeningLogRow(person, form.pk, form.occurrence, STRUCK_OUT)
            rows.setdefault(person.pk, []).append(row)
    return rows


Test = Callable[[ScreeningLogRow], bool]
# The filters above the log; each row fits exactly one of the first four.
STATES: Mapping[str, Test] = {
    "open": lambda row: not (row.is_struck or row.is_randomized or row.reason_code),
    "randomised": lambda row: row.is_randomized,
    "failed": lambda row: bool(row.reason_code) and not row.is_randomized,
    "error": lambda row: row.is_struck,
    "again": lambda row: row.episode > 1 and not row.is_struck,
}


@dataclass(frozen=True)
class ScreeningCount:
    """A count that links to exactly the rows it counts."""

    key: str
    label: str
    count: int


def state_counts(rows: Sequence[ScreeningLogRow]) -> dict[str, int]:
    return {key: sum(map(test, rows)) for key, test in STATES.items()}


def reason_counts(rows: Sequence[ScreeningLogRow]) -> list[ScreeningCount]:
    counts = Counter(row.reason_code for row in rows if row.reason_code)
    return [
        ScreeningCount(key, reason_label(key), n) for key, n in counts.most_common()
    ]


def criterion_counts(rows: Sequence[ScreeningLogRow]) -> list[ScreeningCount]:
    counts = Counter(criterion for row in rows for criterion in row.criteria)
    return [
        ScreeningCount(key, reasons_text([key]), n) for key, n in counts.most_common()
    ]


def _any_row(row: ScreeningLogRow) -> bool:
    return row is not None


def filtered(
    rows: Sequence[ScreeningLogRow], *, state: str, reason: str, criterion: str
) -> list[ScreeningLogRow]:
    is_in_state = STATES.get(state, _any_row)
    return [
        row
        for row in rows
        if is_in_state(row)
        and reason in ("", row.reason_code)
        and (not criterion or criterion in row.criteria)
    ]
