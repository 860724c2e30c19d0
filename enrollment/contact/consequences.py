"""What follows from contact details."""

from functools import partial

from enrollment.identity import services as identity
from enrollment.problems import AlreadyApproached
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from trial_edc.vocabulary import Severity


def store_person_key(saved: Saved) -> None:
    number = saved.data.get("hospital_no")
    try:
        identity.store_person_key(saved.participant, number)
    except AlreadyApproached as problem:
        finding = Finding("CTC-03", "hospital_no", Severity.HARD, str(problem))
        ask = partial(
            identity.ask_about_refused_number, saved.participant, problem.participant
        )
        raise SaveRefused([finding], afterwards=ask) from problem
