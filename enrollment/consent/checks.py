"""Edit checks of CNS and CTC, consent and contact details."""

import re

from enrollment.vocabulary import ConsentKind, Signer
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.notices.phone_numbers import is_written_as_number
from trial_edc.vocabulary import N_, Severity, YesNo

HARD, SOFT = Severity.HARD, Severity.SOFT
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@check(
    "CNS-01",
    form="CNS",
    item="kind",
    severity=HARD,
    message=N_("The first consent is the initial one."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    rows = casebook.rows("CNS")
    is_first = all(row.occurrence >= data.occurrence for row in rows)
    kind = data.get("kind")
    return is_first and kind is not None and kind != ConsentKind.INITIAL


@check(
    "CNS-03",
    form="CNS",
    item="capacity",
    severity=HARD,
    message=N_("A representative signs only for a person who cannot decide."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    by_other = data.get("signer") == Signer.REPRESENTATIVE
    return bool(by_other and data.get("capacity") == YesNo.YES)


@check(
    "CNS-04",
    form="CNS",
    item="witness",
    severity=SOFT,
    message=N_(
        "A signer who cannot read needs an impartial witness. If the signer reads, "
        "enter “not applicable”."
    ),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return bool(data.get("witness") == YesNo.NO)


@check(
    "CNS-06",
    form="CNS",
    item="kind",
    severity=HARD,
    message=N_(
        "The participant was randomized on the initial consent. Choose another kind."
    ),
)
def initial_after_randomization(data: FormData, casebook: Casebook) -> bool:
    decided_at = data.get("decided_at")
    if data.get("kind") != ConsentKind.INITIAL or decided_at is None:
        return False
    randomized_at = casebook.value("RAN", "randomised_at")
    return randomized_at is not None and decided_at > randomized_at


@check(
    "CTC-01",
    form="CTC",
    item="phones",
    severity=HARD,
    message=N_(
        "Row %(row)s is no telephone number: write digits, with blanks or hyphens "
        "between them."
    ),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int] | None:
    del casebook
    for number, phone in enumerate(data.get("phones") or (), 1):
        if not is_written_as_number(phone.get("number") or ""):
            return {"row": number}
    return None


@check(
    "CTC-02",
    form="CTC",
    item="email",
    severity=HARD,
    message=N_("This is no e-mail address."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    address = data.get("email")
    return address is not None and not EMAIL.fullmatch(address)
