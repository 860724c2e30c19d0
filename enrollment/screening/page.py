"""The screening log: a line for each screening of every person approached."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility.selectors import reasons_text
from enrollment.screening import facts as statuses
from enrollment.screening.rules import screening_number
from enrollment.screening.selectors import people_visible_to, statuses_of
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
from trial_edc.vocabulary import Codelist, Sex

STRUCK_OUT = "struck_out"
BETWEEN = "; "  # criteria as they are frozen at closing
UNKNOWN = ":unknown"
DECIDED_BY_CRITERIA = (ScreenFailure.CRITERIA_FAILED, ScreenFailure.NOT_EVALUABLE)


@dataclass(frozen=True)
class LogLine:
    """One screening of one person; struck out where it was registered in error."""

    participant: Participant
    form_id: int
    episode: int
    state: str  # where the person stands; an earlier screening has failed
    data: FormData | None = None  # None: struck out, its values stay on the form
    consented_at: datetime | None = None
    is_randomised: bool = False

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
    def source(self) -> str:
        """Return where the person was found, in words."""
        return self._word(PatientSource, "source")

    @property
    def sex(self) -> str:
        return self._word(Sex, "sex")

    @property
    def reason_code(self) -> str:
        """Return why the screening failed; an approach that ended it says it itself."""
        result = self._value("approach_result") or ""
        if result in FAILURE_OF_RESULT:
            return str(result)
        return str(self._value("screen_failure_reason") or "")

    @property
    def reason(self) -> str:
        """Return why the screening failed, in words."""
        return reason_label(self.reason_code)

    @property
    def criteria(self) -> list[str]:
        """Return the criteria frozen at closing, such as `E9:present`.

        Unknown ones tell nothing where the screening ended for another reason.
        """
        kept: str = self._value("failed_criteria") or ""
        found = kept.split(BETWEEN) if kept else []
        if self.reason_code in DECIDED_BY_CRITERIA:
            return found
        return [one for one in found if not one.endswith(UNKNOWN)]

    @property
    def failed_criteria(self) -> str:
        """Return what was frozen at closing, in words."""
        return reasons_text(self.criteria)

    def _value(self, item: str) -> Any:
        return self.data.get(item) if self.data else None

    def _word(self, terms: type[Codelist], item: str) -> str:
        code = self._value(item)
        return _(terms(code).label) if code else ""


REASONS = {term.value: term.label for term in (*ScreenFailure, *ApproachResult)}


def reason_label(code: str) -> str:
    """Return the words for why a screening failed."""
    return _(REASONS[code]) if code else ""


def screening_log(user: User) -> list[LogLine]:
    """Return every screening, the last person first, in a fixed number of selects."""
    people = list(people_visible_to(user))
    casebooks = casebooks_of(people, statuses.CODES)
    standing = statuses_of(people, casebooks)
    struck = _struck_out(people)
    return [
        line
        for person in people
        for line in sorted(
            (
                *_lines(person, casebooks[person.pk], standing[person.pk]),
                *struck.get(person.pk, ()),
            ),
            key=lambda one: -one.episode,
        )
    ]


def _lines(
    person: Participant, casebook: Casebook, standing: ParticipantStatus
) -> list[LogLine]:
    present = casebook.one("SCN")
    return [
        LogLine(
            participant=person,
            form_id=data.form_id or 0,
            episode=data.occurrence,
            state=(
                standing if data is present else ParticipantStatus.SCREEN_FAILED
            ).value,
            data=data,
            consented_at=casebook.fact("consented_at"),
            is_randomised=data is present and casebook.fact("is_randomised"),
        )
        for data in casebook.rows("SCN")
    ]


def _struck_out(people: Sequence[Participant]) -> Mapping[int, list[LogLine]]:
    """Return the screenings registered in error, by person; their numbers stay used."""
    known = {person.pk: person for person in people}
    found: dict[int, list[LogLine]] = {}
    for form in FormInstance.objects.filter(code="SCN", struck_at__isnull=False):
        if person := known.get(form.participant_id):
            line = LogLine(person, form.pk, form.occurrence, STRUCK_OUT)
            found.setdefault(person.pk, []).append(line)
    return found


Test = Callable[[LogLine], bool]
# What the chips above the log count and show; the first four part the log.
STATES: Mapping[str, Test] = {
    "open": lambda line: not (line.is_struck or line.is_randomised or line.reason_code),
    "randomised": lambda line: line.is_randomised,
    "failed": lambda line: bool(line.reason_code) and not line.is_randomised,
    "error": lambda line: line.is_struck,
    "again": lambda line: line.episode > 1 and not line.is_struck,
}


@dataclass(frozen=True)
class ScreeningCount:
    """A count that leads to exactly the lines it counts."""

    key: str
    label: str
    count: int


def state_counts(lines: Sequence[LogLine]) -> dict[str, int]:
    return {key: sum(map(test, lines)) for key, test in STATES.items()}


def reason_counts(lines: Sequence[LogLine]) -> list[ScreeningCount]:
    """Return how many screenings failed for each reason, the commonest first."""
    counts = Counter(line.reason_code for line in lines if line.reason_code)
    return [
        ScreeningCount(key, reason_label(key), n) for key, n in counts.most_common()
    ]


def criterion_counts(lines: Sequence[LogLine]) -> list[ScreeningCount]:
    """Return how many failed screenings each criterion decided, or left unknown."""
    counts = Counter(one for line in lines for one in line.criteria)
    return [
        ScreeningCount(key, reasons_text([key]), n) for key, n in counts.most_common()
    ]


def _every(line: LogLine) -> bool:
    return line is not None


def chosen(
    lines: Sequence[LogLine], *, state: str, reason: str, criterion: str
) -> list[LogLine]:
    """Return the lines that a filter shows; an empty one shows all."""
    test = STATES.get(state, _every)
    return [
        line
        for line in lines
        if test(line)
        and reason in ("", line.reason_code)
        and (not criterion or criterion in line.criteria)
    ]
