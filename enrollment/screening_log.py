"""The screening log as the page shows it: every person approached."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from casebook.models import Participant
from casebook.selectors import binders_of
from casebook.sheets import Binder
from enrollment import statuses
from enrollment.evidence import episode
from enrollment.numbers import screening_number
from enrollment.selectors import people_visible_to, reason_words, statuses_of
from enrollment.vocabulary import (
    FAILURE_OF_RESULT,
    ApproachResult,
    ParticipantStatus,
    PatientSource,
    ScreenFailure,
)
from trial_edc.vocabulary import Sex, Term


@dataclass(frozen=True)
class LogLine:
    """One person on the page of the screening log."""

    participant: Participant
    status: ParticipantStatus
    binder: Binder

    @property
    def number(self) -> str:
        """Return the number of the present screening."""
        return screening_number(self.participant.number, episode(self.binder))

    @property
    def approached_at(self) -> datetime | None:
        """Return when the person was approached."""
        at: datetime | None = self.binder.value("SCN", "approached_at")
        return at

    @property
    def closed_at(self) -> datetime | None:
        """Return when the screening was closed."""
        at: datetime | None = self.binder.value("SCN", "screening_closed_at")
        return at

    @property
    def age_years(self) -> Decimal | None:
        """Return the age as told."""
        age: Decimal | None = self.binder.value("SCN", "age_years")
        return age

    @property
    def source(self) -> str:
        """Return where the person was found, in words."""
        return self._word(PatientSource, "source")

    @property
    def sex(self) -> str:
        """Return the sex, in words."""
        return self._word(Sex, "sex")

    @property
    def reason(self) -> str:
        """Return why the screening failed; without consent, how the approach ended."""
        if self.binder.value("SCN", "approach_result") in FAILURE_OF_RESULT:
            return self._word(ApproachResult, "approach_result")
        return self._word(ScreenFailure, "screen_failure_reason")

    @property
    def failed_criteria(self) -> str:
        """Return what was frozen at closing, in words."""
        kept = self.binder.value("SCN", "failed_criteria") or ""
        return reason_words(kept.split("; ")) if kept else ""

    def _word(self, terms: type[Term], item: str) -> str:
        code = self.binder.value("SCN", item)
        return _(terms(code).label) if code else ""


def screening_log(user: User) -> list[LogLine]:
    """Return every person approached, in a fixed number of selects."""
    people = list(people_visible_to(user))
    binders = binders_of(people, statuses.CODES)
    standing = statuses_of(people, binders)
    return [LogLine(one, standing[one.pk], binders[one.pk]) for one in people]
