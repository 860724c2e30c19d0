"""What follows from contact details."""

from enrollment.problems import AlreadyApproached
from enrollment.screening.services import (
    link_hospital_number,
)
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from trial_edc.vocabulary import Severity


def store_person_key(saved: Saved) -> None:
    number = saved.data.get("hospital_no")
    try:
        link_hospital_number(saved.participant, number)
    except AlreadyApproached as problem:
        finding = Finding("CTC-03", "hospital_no", Severity.HARD, str(problem))
        raise SaveRefused([finding]) from problem
