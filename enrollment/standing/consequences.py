"""Whatever moves a person's standing moves its copy, once at the end of the act."""

from collections.abc import Sequence

from enrollment.consent.facts.reconsent import CODES
from enrollment.eligibility.facts.evidence import CODES as EVIDENCE_CODES
from enrollment.models import EligibilityConfirmation
from enrollment.standing.services import STANDINGS
from record.audit.attribution import Actor, Source, at_end
from record.capture.events import (
    EligibilityConfirmed,
    FormReturned,
    Randomized,
    RowStruck,
)
from record.capture.save_hooks import Saved


def keep_standing(saved: Saved) -> None:
    at_end(STANDINGS.store_one, saved.participant.pk)


def keep_standing_of_confirmed(saves: Sequence[Saved]) -> None:
    """Evidence matters from its confirmation until somebody is randomized."""
    saved = saves[-1]
    confirmed = EligibilityConfirmation.objects.filter(participant=saved.participant)
    if confirmed.exclude(participant__forms__code="RAN").exists():
        keep_standing(saved)


def keep_standing_after(
    event: FormReturned | RowStruck, by: Actor, via: Source
) -> None:
    del by, via
    if event.form.code in (*CODES, *EVIDENCE_CODES):
        at_end(STANDINGS.store_one, event.form.participant_id)


def keep_standing_of_participant(
    event: EligibilityConfirmed | Randomized, by: Actor, via: Source
) -> None:
    del by, via
    at_end(STANDINGS.store_one, event.participant.pk)
