"""Edit checks of IST, steroids and immunosuppressants."""

from decimal import Decimal

from enrollment.eligibility.facts.as_of_randomization import as_screened
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
def _(sheet: FormData, binder: Casebook) -> bool:
    rows = as_screened(binder).rows("IST")  # a drug begun after randomisation is news
    said = {row.get("any_exposure") for row in rows} - {None}
    is_asked = sheet.key in {row.key for row in rows}
    return is_asked and sheet.get("any_exposure") is not None and len(said) > 1


@check(
    "IST-02",
    form="IST",
    item="mg_per_day",
    severity=HARD,
    message=N_("A dose is more than 0 mg."),
)
def _(sheet: FormData, binder: Casebook) -> bool:
    del binder
    dose = sheet.get("mg_per_day")
    return dose is not None and dose <= 0


@check(
    "IST-03",
    form="IST",
    item="mg_per_day",
    severity=SOFT,
    message=N_("This equals %(mg)s mg of prednisone a day. Check dose and unit."),
)
def _(sheet: FormData, binder: Casebook) -> dict[str, str] | None:
    del binder
    dose = prednisone_equivalent(sheet)
    if dose is None or dose <= MOST_PREDNISONE_MG:
        return None
    return {"mg": f"{dose:.0f}"}


def prednisone_equivalent(sheet: FormData) -> Decimal | None:
    """Return the daily dose of a steroid in mg of prednisone; None where unknown."""
    if sheet.get("drug_class") != DrugClass.STEROID:
        return None
    course = SteroidCourse(drug_name(sheet), sheet.get("mg_per_day"), start=None)
    return prednisone_mg(course, PROTOCOL.eligibility)


@check(
    "IST-04",
    form="IST",
    item="stop",
    severity=HARD,
    message=N_("Start, changes and stop are not in this order."),
)
def _(sheet: FormData, binder: Casebook) -> bool:
    del binder
    start, stop = sheet.get("start"), sheet.get("stop")
    between = (sheet.get("last_dose_change"), sheet.get("switched"))
    return not all(in_order(start, day, stop) for day in (*between, None))


@check(
    "IST-05",
    form="IST",
    item="drug_class",
    severity=SOFT,
    message=N_("This drug is a corticosteroid; E17 counts it otherwise. Check class."),
)
def _(sheet: FormData, binder: Casebook) -> bool:
    del binder
    other = sheet.get("drug_class") == DrugClass.IMMUNOSUPPRESSANT
    return other and sheet.get("drug") not in (Drug.OTHER, None)
