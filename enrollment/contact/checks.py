"""Edit checks of the hospital number, by which a person is found again."""

from enrollment.identity.rules import person_key
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_, Severity


@check(
    "CTC-04",
    form="CTC",
    item="hospital_no",
    severity=Severity.HARD,
    message=N_(
        "A hospital number has a digit other than 0. Where it is not known yet, leave "
        "this empty and save a draft: nobody is randomized without it."
    ),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    number = data.get("hospital_no")
    return bool(number) and not person_key(number)
