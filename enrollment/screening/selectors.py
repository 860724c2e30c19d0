"""Reads of the people approached: who they are, where they stand."""

from collections.abc import Iterable, Mapping

from enrollment.eligibility.selectors import confirmed_among
from enrollment.screening.facts import participant_status as statuses
from enrollment.vocabulary import ParticipantStatus
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of


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
