"""People, participants and forms for the tests of the record floor."""

from record.accounts import roles
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.selectors import is_signer
from record.accounts.services.signing import acknowledge_signature
from record.audit.attribution import Process, Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import ensure_form
from trial_edc import clock

STAGE = Process("stage")
A_SAMPLE = {
    "taken_at": "2026-01-01 10:00",
    "creatinine": ("2.0", "mg/dL"),
    "interrupted": "N",
}


def person(role: str = "CO", name: str = "") -> User:
    """Return the account of a role, made when first asked for."""
    username = name or f"the-{role.lower()}"
    with attributed(by=STAGE, via=Source.COMMAND):
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={
                "full_name": username.title(),
                "email": f"{username}@example.org",
                "role": role,
                "blinding": roles.blinding_class(role).value,
            },
        )
    if is_new and is_signer(user):
        acknowledge_signature(user=user, proof=ReAuthenticated(user.pk, clock.now()))
    return user


def participant(sequence: int = 1) -> Participant:
    """Return a participant, made when first asked for."""
    with attributed(by=STAGE, via=Source.COMMAND):
        found, _made = Participant.objects.get_or_create(
            sequence=sequence, defaults={"number": f"S-{sequence:03}Z"}
        )
    return found


def sample(occurrence: int = 1, *, of: int = 1) -> FormInstance:
    """Return an empty form of the open form."""
    with attributed(by=STAGE, via=Source.COMMAND):
        return ensure_form(participant(of), "ZZA", visit="ZZZ", occurrence=occurrence)


def secret(occurrence: int = 1, *, of: int = 1) -> FormInstance:
    """Return an empty form of the sealed form."""
    with attributed(by=STAGE, via=Source.COMMAND):
        return ensure_form(participant(of), "ZZB", occurrence=occurrence)
