"""Reads of eligibility: verdict, confirmation, frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from enrollment.eligibility.facts.as_of_randomization import as_screened
from enrollment.eligibility.facts.deciding_items import Deciding, deciding
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
from enrollment.screening import facts as statuses
from enrollment.screening.rules import screening_number
from enrollment.vocabulary import ParticipantStatus
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, casebooks_of
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode

CONFIRMATION_HOLDS = timedelta(hours=PROTOCOL.freshness.reconfirmation_hours)


@dataclass(frozen=True)
class Eligibility:
    """The present screening of a person: verdict, grounds, confirmation."""

    participant: Participant
    casebook: Casebook
    assessment: Assessment
    deciding: Deciding
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
        """Tell whether consent was given, and nothing refused since."""
        return bool(self.casebook.fact("is_consented"))

    @property
    def is_screening_closed(self) -> bool:
        """Tell whether the present screening has ended without randomisation."""
        return statuses.is_screening_closed(self.casebook)

    @property
    def is_eligible(self) -> bool:
        return self.assessment.verdict == Verdict.ELIGIBLE

    @property
    def reasons(self) -> str:
        """Return what is against or unknown, in words."""
        return reason_words(self.assessment.reasons)

    @property
    def confirmation_stands(self) -> bool:
        """Tell whether every deciding value is still the one that was confirmed."""
        given = self.confirmation
        return given is not None and is_bound(given, self.deciding)

    def holds_confirmation_at(self, instant: datetime) -> bool:
        """Tell whether the confirmation stands and is no older than 24 h."""
        return (
            self.confirmation is not None
            and self.confirmation_stands
            and instant - self.confirmation.at <= CONFIRMATION_HOLDS
        )

    def warnings_at(self, instant: datetime) -> tuple[Stale, ...]:
        """Name evidence that has grown old; it warns and changes no verdict."""
        found = self.assessment.outcomes[0].grounds
        pair = found.creatinine.qualifying if isinstance(found, Injury) else None
        ages = ages_of(as_screened(self.casebook), pair.later.at if pair else None)
        given = self.confirmation.at if self.confirmation else None
        return stale_evidence(replace(ages, confirmed_at=given), instant)


def screening_casebook(participant: Participant) -> Casebook:
    """Return the casebook with all that screening asks, read in one select."""
    return casebook_of(participant, *sorted({*EVIDENCE_CODES, *statuses.CODES}))


def eligibility_of(
    participant: Participant, casebook: Casebook | None = None
) -> Eligibility:
    """Return the eligibility of a person; the number of selects is fixed."""
    casebook = casebook or screening_casebook(participant)
    assessment = casebook.fact("eligibility")
    return Eligibility(
        participant,
        casebook,
        assessment,
        deciding(as_screened(casebook), assessment),
        latest_confirmation(participant, episode(casebook)),
    )


def screening_form_ids(eligibility: Eligibility) -> dict[str, int]:
    """Return the forms of the present screening by form, also those still empty."""
    form_ids = FormInstance.objects.filter(
        participant=eligibility.participant,
        code__in=("DEM", "ELG", "VIT", "LAB"),
        visit__in=("", VisitCode.SCREENING),
        struck_at=None,
    )
    # DEM is one for life, and its occurrence is 1.
    kept = form_ids.filter(occurrence__lte=eligibility.episode).order_by("occurrence")
    return dict(kept.values_list("code", "pk"))


def latest_confirmation(
    participant: Participant, of_episode: int
) -> EligibilityConfirmation | None:
    """Return the confirmation given last for a screening, whether it holds or not."""
    given = EligibilityConfirmation.objects.filter(participant=participant)
    return given.filter(episode=of_episode).last()


def is_bound(given: EligibilityConfirmation, found: Deciding) -> bool:
    return given.deciding == found.revisions and given.digest == found.digest


def frozen_of(participant: Participant) -> FrozenScreening | None:
    """Return what a randomisation rests on; None before it."""
    kept = FrozenScreening.objects.filter(participant=participant)
    return kept.select_related("confirmation").first()


# True while every deciding item keeps the revision for which it was confirmed.
STANDING = """
    NOT EXISTS (
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
    """Return who stands confirmed for the present screening; at most two selects.

    The first finds the confirmations whose values are unchanged. A further row may
    have come to decide since; who is neither randomised nor closed is looked at in
    full, since for them alone the answer changes anything.
    """
    people = EligibilityConfirmation.objects.filter(participant__in=list(participants))
    given = people.select_related("participant").annotate(stands=_stands())
    last = {(one.participant_id, one.episode): one for one in given.order_by("id")}
    waiting = {
        pk: one
        for (pk, number), one in last.items()
        if one.stands
        and number == episode(casebooks[pk])
        and statuses.status_of(casebooks[pk], is_confirmed=True)
        == ParticipantStatus.ELIGIBLE
    }
    if not waiting:
        return set()
    read = casebooks_of([one.participant for one in waiting.values()], EVIDENCE_CODES)
    return {pk for pk, one in waiting.items() if _holds(one, read[pk])}


def _stands() -> RawSQL:
    return RawSQL(STANDING, (), output_field=BooleanField())  # noqa: S611 - constant text


def _holds(given: EligibilityConfirmation, casebook: Casebook) -> bool:
    return is_bound(given, deciding(casebook, casebook.fact("eligibility")))


def confirmations_of(
    participant: Participant, present: int, status: ParticipantStatus
) -> dict[int, bool]:
    """Return by screening whether the confirmation given last stands, in one select.

    `present` is the number of the present screening, on which the status tells more.
    """
    given = EligibilityConfirmation.objects.filter(participant=participant)
    found = dict(given.annotate(stands=_stands()).values_list("episode", "stands"))
    if status == ParticipantStatus.CONSENTED and present in found:
        found[present] = False
    return found


def reason_words(reasons: Iterable[str]) -> str:
    """Return criteria against or unknown, kept as `E2:unknown`, in words."""
    pairs = (reason.split(":") for reason in reasons)
    return ", ".join(f"{code} {_(State(state).label)}" for code, state in pairs)
