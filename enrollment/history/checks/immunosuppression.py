"""Edit checks of IST, steroids and immunosuppressants."""

from decimal import Decimal

from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
from enrollment.eligibility.facts.evidence import drug_name
from enrollment.eligibility.rules import SteroidCourse, prednisone_mg
from enrollment.vocabulary import Drug, DrugClass
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import in_order
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity

HARD, SOFT = Severity.HARD, Severity.SOFT
MOST_PREDNISONE_MG = 1000


@check(
    "IST-01",
    form="IST",
    item="any_exposure",
    severity=HARD,
    message=N_("“No such drug” and a drug contradict each other. Strike one row out."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    # A drug begun after randomization is an event of its own, no contradiction.
    rows = as_of_randomization(casebook).rows("IST")
    answers = {row.get("any_exposure") for row in rows} - {None}
    is_of_screening = data.key in {row.key for row in rows}
    return is_of_screening and data.get("any_exposure") is not None and len(answers) > 1


@check(
    "IST-02",
    form="IST",
    item="mg_per_day",
    severity=HARD,
    message=N_("A dose is more than 0 mg."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    dose = data.get("mg_per_day")
    return dose is not None and dose <= 0


@check(
    "IST-03",
    form="IST",
    item="mg_per_day",
    severity=SOFT,
    message=N_("This equals %(mg)s mg of prednisone a day. Check dose and unit."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, str] | None:
    del casebook
    dose = prednisone_equivalent(data)
    if dose is None or dose <= MOST_PREDNISONE_MG:
        return None
    return {"mg": f"{dose:.0f}"}


def prednisone_equivalent(data: FormData) -> Decimal | None:
    if data.get("drug_class") != DrugClass.STEROID:
        return None
    course = SteroidCourse(drug_name(data), data.get("mg_per_day"), start=None)
    return prednisone_mg(course, PROTOCOL.eligibility)


@check(
    "IST-04",
    form="IST",
    item="stop",
    severity=HARD,
    message=N_("Start, changes and stop are not in this order."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    start, stop = data.get("start"), data.get("stop")
    between = (data.get("last_dose_change"), data.get("switched"))
    return not all(in_order(start, day, stop) for day in (*between, None))


@check(
    "IST-05",
    form="IST",
    item="drug_class",
    severity=SOFT,
    message=N_("This drug is a corticosteroid; E17 counts it otherwise. Check class."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    other = data.get("drug_class") == DrugClass.IMMUNOSUPPRESSANT
    return other and data.get("drug") not in (Drug.OTHER, None)
