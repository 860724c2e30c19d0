"""Reads of the people approached: who they are, where they stand."""

from collections.abc import Iterable, Mapping

from enrollment.eligibility.selectors import confirmed_among
from enrollment.models import PersonKey
from enrollment.screening.facts import participant_status as statuses
from enrollment.vocabulary import ParticipantStatus
from record.audit.vault import Purpose, keyed_hash
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of
from trial_edc.typed_text import identifier


def status_of(participant: Participant) -> ParticipantStatus:
    return statuses_of([participant])[participant.pk]


def statuses_of(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook] | None = None
) -> dict[int, ParticipantStatus]:
    """Status of each participant by id; a fixed number of selects.

    `casebooks` with the forms of `statuses.CODES` are not read again.
    """
    people = list(participants)
    casebooks = casebooks or casebooks_of(people, statuses.CODES)
    confirmed = confirmed_among(people, casebooks)
    return {
        person.pk: statuses.status_of(
            casebooks[person.pk], is_confirmed=person.pk in confirmed
        )
        for person in people
    }


def participant_with_hospital_no(hospital_no: str) -> Participant | None:
    keys = PersonKey.objects.filter(digest=hospital_no_digest(hospital_no))
    key = keys.select_related("participant").first()
    return key.participant if key else None


def hospital_no_digest(hospital_no: str) -> str:
    """The same for every way of writing it: width, case, spaces and dashes."""
    folded = identifier(hospital_no).replace("-", "")
    return keyed_hash(Purpose.IDENTITY, folded)
