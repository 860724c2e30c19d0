"""The screening log: one row for each screening of every person approached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import reasons_text
from enrollment.screening.rules.participant_numbers import screening_number
from enrollment.screening.selectors import (
    DECIDED_BY_CRITERIA,
    REASONS,
    SEPARATOR,
    UNKNOWN,
)
from enrollment.vocabulary import (
    FAILURE_OF_RESULT,
    ParticipantStatus,
    PatientSource,
)
from record.casebook.form_data import FormData
from record.casebook.models import Participant
from record.casebook.selectors import data_of
from trial_edc.vocabulary import Sex


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
    def failed_criteria(self) -> str:
        return reasons_text(self.criteria)

    def _value(self, item: str) -> Any:
        return self.data.get(item) if self.data else None


def reason_label(code: str) -> str:
    return _(REASONS[code]) if code else ""


def row_of(screening: Any) -> ScreeningLogRow:
    """The line of one of `selectors.screenings`."""
    form = screening.form
    return ScreeningLogRow(
        participant=form.participant,
        form_id=form.pk,
        episode=form.occurrence,
        state=screening.state,
        data=None if form.struck_at else data_of(form, screening),
        consented_at=screening.consented_at,
        is_randomized=screening.is_randomized,
    )


@dataclass(frozen=True)
class ScreeningCount:
    """A count that links to exactly the rows it counts."""

    key: str
    label: str
    count: int


def rows_of(screenings: list[Any]) -> list[ScreeningLogRow]:
    return [row_of(screening) for screening in screenings]


def counts_of_reasons(counts: Mapping[str, int]) -> list[ScreeningCount]:
    return [ScreeningCount(key, reason_label(key), n) for key, n in counts.items()]


def counts_of_criteria(counts: Mapping[str, int]) -> list[ScreeningCount]:
    return [ScreeningCount(key, reasons_text([key]), n) for key, n in counts.items()]
