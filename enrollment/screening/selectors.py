"""Reads of the people approached: who they are, where they stand."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from enrollment.eligibility.selectors import confirmed_among
from enrollment.models import PersonKey
from enrollment.screening import facts as statuses
from enrollment.vocabulary import ParticipantStatus
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.vault import Purpose, keyed_hash
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from record.casebook.selectors import casebooks_of


def status_of(participant: Participant) -> ParticipantStatus:
    return statuses_of([participant])[participant.pk]


def statuses_of(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook] | None = None
) -> dict[int, ParticipantStatus]:
    """Return where people stand, by key; a fixed number of selects for any number.

    `casebooks` that hold the forms of `statuses.CODES` save reading them again.
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


def people_visible_to(user: User) -> QuerySet[Participant]:
    """Return the persons whose screening somebody may see, the last one first.

    Who reads only a part of the casebooks reads no screening.
    """
    is_whole = user.may(Permission.READ_CASEBOOK) and (
        user.limit(Permission.READ_CASEBOOK) is None
    )
    people = Participant.objects.order_by("-sequence")
    return people if is_whole else people.none()


def person_with(hospital_no: str) -> Participant | None:
    """Return the person to whom a hospital number belongs, by its keyed hash."""
    key = PersonKey.objects.filter(digest=digest_of(hospital_no))
    found = key.select_related("participant").first()
    return found.participant if found else None


def digest_of(hospital_no: str) -> str:
    """Return the keyed hash of a hospital number, however it was typed."""
    plain = "".join(hospital_no.split()).upper()
    return keyed_hash(Purpose.IDENTITY, plain)
