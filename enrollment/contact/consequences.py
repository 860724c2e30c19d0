"""What follows from contact details."""

from enrollment.problems import KnownPerson
from enrollment.screening.services import (
    remember_person,
)
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from trial_edc.vocabulary import Severity


def keep_person_key(saved: Saved) -> None:
    """Let the person be found again by the hospital number, and only by it."""
    number = saved.data.get("hospital_no")
    try:
        remember_person(saved.participant, number)
    except KnownPerson as problem:
        finding = Finding("CTC-03", "hospital_no", Severity.HARD, str(problem))
        raise SaveRefused([finding]) from problem
