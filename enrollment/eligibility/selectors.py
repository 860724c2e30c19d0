"""Reads of eligibility: verdict, confirmation, frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
from enrollment.eligibility.facts.deciding_items import DecidingItems, deciding_items
from enrollment.eligibility.facts.evidence import CODES as EVIDENCE_CODES
from enrollment.eligibility.facts.evidence import ages_of, episode
from enrollment.eligibility.rules import (
    Assessment,
    Injury,
    Stale,
    State,
    Verdict,
    stale_evidence,
)
from enrollment.models import EligibilityConfirmation, FrozenScreening
from enrollment.screening.facts import participant_status as statuses
from enrollment.screening.rules.participant_numbers import screening_number
from enrollment.vocabulary import ParticipantStatus
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, casebooks_of
from record.review.selectors import as_shown
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode

CONFIRMATION_HOLDS = timedelta(hours=PROTOCOL.freshness.reconfirmation_hours)


@dataclass(frozen=True)
class Eligibility:
    """The present screening of a person: verdict, basis, confirmation."""

    participant: Participant
    casebook: Casebook
    assessment: Assessment
    deciding_items: DecidingItems
    confirmation: EligibilityConfirmation | None  # the last one given, if any

    @property
    def episode(self) -> int:
        return episode(self.casebook)

    @property
    def number(self) -> str:
        return screening_number(self.participant.number, self.episode)

    @property
    def status(self) -> ParticipantStatus:
        stands = self.confirmation_stands
        return statuses.status_of(self.casebook, is_confirmed=stands)

    @property
    def is_consented(self) -> bool:
        return bool(self.casebook.fact("is_consented"))

    @property
    def is_screening_closed(self) -> bool:
        return statuses.is_screening_closed(self.casebook)

    @property
    def is_eligible(self) -> bool:
        return self.assessment.verdict == Verdict.ELIGIBLE

    @property
    def reasons(self) -> str:
        return reasons_text(self.assessment.reasons)

    @property
    def confirmation_stands(self) -> bool:
        """Every deciding value is still the one that was confirmed."""
        confirmation = self.confirmation
        return confirmation is not None and is_bound(confirmation, self.deciding_items)

    @property
    def shown_forms(self) -> str:
        return as_shown(self.deciding_items.form_data)

    def is_confirmed_at(self, instant: datetime) -> bool:
        """The confirmation stands and is no older than 24 h."""
        return (
            self.confirmation is not None
            and self.confirmation_stands
            and instant - self.confirmation.at <= CONFIRMATION_HOLDS
        )

    def warnings_at(self, instant: datetime) -> tuple[Stale, ...]:
        injury = self.assessment.outcomes[0].basis
        pair = injury.creatinine.qualifying if isinstance(injury, Injury) else None
        ages = ages_of(
            as_of_randomization(self.casebook), pair.later.at if pair else None
        )
        confirmed_at = self.confirmation.at if self.confirmation else None
        return stale_evidence(replace(ages, confirmed_at=confirmed_at), instant)


def screening_casebook(participant: Participant) -> Casebook:
    return casebook_of(participant, *sorted({*EVIDENCE_CODES, *statuses.CODES}))


def eligibility_of(
    participant: Participant, casebook: Casebook | None = None
) -> Eligibility:
    casebook = casebook or screening_casebook(participant)
    assessment = casebook.fact("eligibility")
    return Eligibility(
        participant,
        casebook,
        assessment,
        deciding_items(as_of_randomization(casebook), assessment),
        latest_confirmation(participant, episode(casebook)),
    )


def screening_form_ids(eligibility: Eligibility) -> dict[str, int]:
    forms = FormInstance.objects.filter(
        participant=eligibility.participant,
        code__in=("DEM", "ELG", "VIT", "LAB"),
        visit__in=("", VisitCode.SCREENING),
        struck_at=None,
    )
    # DEM is one for life, and its occurrence is 1.
    present_forms = forms.filter(occurrence__lte=eligibility.episode).order_by(
        "occurrence"
    )
    return dict(present_forms.values_list("code", "pk"))


def latest_confirmation(
    participant: Participant, of_episode: int
) -> EligibilityConfirmation | None:
    confirmations = EligibilityConfirmation.objects.filter(participant=participant)
    return confirmations.filter(episode=of_episode).last()


def is_bound(confirmation: EligibilityConfirmation, items: DecidingItems) -> bool:
    return (
        confirmation.withdrawn_at is None
        and confirmation.deciding == items.revisions
        and confirmation.digest == items.digest
    )


def frozen_of(participant: Participant) -> FrozenScreening | None:
    screenings = FrozenScreening.objects.filter(participant=participant)
    return screenings.select_related("confirmation").first()


# True while every deciding item keeps the revision for which it was confirmed.
UNCHANGED_SQL = """
    enrollment_eligibilityconfirmation.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT FROM jsonb_each(enrollment_eligibilityconfirmation.deciding) bound
        LEFT JOIN casebook_forminstance f ON f.id = bound.key::bigint
        WHERE f.id IS NULL OR f.struck_at IS NOT NULL
        OR EXISTS (
            SELECT FROM jsonb_each(bound.value) item
            WHERE coalesce(f.item_revisions -> item.key, '0') <> item.value
        )
    )
"""


def confirmed_among(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook]
) -> set[int]:
    """Participants confirmed for the present screening; at most two selects.

    The first finds the confirmations whose values are unchanged. A row added since may
    decide too, so whoever is neither randomized nor closed is assessed in full: only
    for them does the answer matter.
    """
    signed = EligibilityConfirmation.objects.filter(participant__in=list(participants))
    confirmations = signed.select_related("participant").annotate(
        is_unchanged=_is_unchanged()
    )
    latest = {
        (confirmation.participant_id, confirmation.episode): confirmation
        for confirmation in confirmations.order_by("id")
    }
    unchanged = {
        pk: confirmation
        for (pk, number), confirmation in latest.items()
        if confirmation.is_unchanged
        and number == episode(casebooks[pk])
        and statuses.status_of(casebooks[pk], is_confirmed=True)
        == ParticipantStatus.ELIGIBLE
    }
    if not unchanged:
        return set()
    casebooks_read = casebooks_of(
        [confirmation.participant for confirmation in unchanged.values()],
        EVIDENCE_CODES,
    )
    return {
        pk
        for pk, confirmation in unchanged.items()
        if _still_decides(confirmation, casebooks_read[pk])
    }


def _is_unchanged() -> RawSQL:
    return RawSQL(UNCHANGED_SQL, (), output_field=BooleanField())  # noqa: S611 - constant text


def _still_decides(confirmation: EligibilityConfirmation, casebook: Casebook) -> bool:
    return is_bound(
        confirmation, deciding_items(casebook, casebook.fact("eligibility"))
    )


def confirmations_of(
    participant: Participant, present: int, status: ParticipantStatus
) -> dict[int, bool]:
    """Whether the last confirmation of each screening stands; one select.

    `present` is the number of the present screening, for which the status decides.
    """
    confirmations = EligibilityConfirmation.objects.filter(participant=participant)
    is_valid = dict(
        confirmations.annotate(is_unchanged=_is_unchanged()).values_list(
            "episode", "is_unchanged"
        )
    )
    if status == ParticipantStatus.CONSENTED and present in is_valid:
        is_valid[present] = False
    return is_valid


def confirmations_given(
    participant: Participant,
) -> list[tuple[EligibilityConfirmation, bool]]:
    """Each with whether what it confirmed is unchanged, the first one first."""
    confirmations = EligibilityConfirmation.objects.filter(participant=participant)
    annotated = confirmations.annotate(is_unchanged=_is_unchanged()).order_by("pk")
    return [(one, one.is_unchanged and not one.withdrawn_at) for one in annotated]


def reasons_text(reasons: Iterable[str]) -> str:
    pairs = (reason.split(":") for reason in reasons)
    return ", ".join(f"{code} {_(State(state).label)}" for code, state in pairs)
