"""Edit checks of DEM and MHX, and of what MHX and ELG both ask."""

from collections.abc import Callable
from datetime import date

from enrollment.eligibility.rules import State
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import in_order
from record.casebook.values import Partial
from trial_edc.dates import completed_years, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, Sex, Word, YesNo

HARD, SOFT = Severity.HARD, Severity.SOFT
EARLIEST_BIRTH = date(1900, 1, 1)
NOMINAL_YEARS = 2  # an age counted the lunar way is one or two years higher


@check(
    "DEM-01",
    form="DEM",
    item="birth_date",
    severity=HARD,
    message=N_("Nobody in this trial was born before 1900."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    born = data.get("birth_date")
    return born is not None and born < EARLIEST_BIRTH


@check(
    "DEM-02",
    form="DEM",
    item="birth_date",
    severity=SOFT,
    message=N_("%(age)s years old at consent; the protocol takes %(low)s to %(high)s."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int] | None:
    born, on = data.get("birth_date"), casebook.fact("consented_on")
    if born is None or on is None:
        return None
    age, limits = completed_years(born, on), PROTOCOL.eligibility
    low, high = limits.minimum_age_years, limits.maximum_age_years
    return None if low <= age <= high else {"age": age, "low": low, "high": high}


@check(
    "DEM-03",
    form="DEM",
    item="sex",
    severity=SOFT,
    message=N_("The screening log says otherwise: %(registered)s. Same person?"),
)
def sex_differs_from_registration(
    data: FormData, casebook: Casebook
) -> dict[str, str] | None:
    sex, registered = data.get("sex"), casebook.value("SCN", "sex")
    if sex is None or registered in (None, sex):
        return None
    return {"registered": Word(Sex(registered).label)}


@check(
    "DEM-04",
    form="DEM",
    item="birth_date",
    severity=SOFT,
    message=N_(
        "%(age)s years old at the approach; the screening log says %(registered)s. "
        "Same person?"
    ),
)
def age_differs_from_registration(
    data: FormData, casebook: Casebook
) -> dict[str, int] | None:
    born, registration = data.get("birth_date"), casebook.one("SCN")
    registered = registration.get("age_years") if registration else None
    approached_at = registration.get("approached_at") if registration else None
    if born is None or registered is None or approached_at is None:
        return None
    age = completed_years(born, site_date(approached_at))
    is_near = abs(age - int(registered)) <= NOMINAL_YEARS
    return None if is_near else {"age": age, "registered": int(registered)}


@check(
    "MHX-01",
    form="MHX",
    item="history",
    severity=HARD,
    message=N_("Row %(row)s ends before it starts."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int] | None:
    del casebook
    for number, row in enumerate(data.get("history") or (), 1):
        start, end = (Partial(row[i]) if row.get(i) else None for i in ("start", "end"))
        if not in_order(start, end):
            return {"row": number}
    return None


INFECTIONS = ("hbv", "hcv", "hiv", "tb", "syphilis", "fungal")
# Item of MHX, item of ELG that asks for the same.
AGREEING = (
    ("malignancy", ("malignancy",), "e5"),
    ("transplant", ("transplant",), "e4"),
    ("vasculitis", ("vasculitis",), "e14"),
    ("hbv", INFECTIONS, "e15"),
    ("allergy", ("allergy",), "e3"),
)


def _any_of(data: FormData, names: tuple[str, ...]) -> str | None:
    """Yes if one is, no if all are not, None while one is unknown."""
    answers = [data.get(name) for name in names]
    if YesNo.YES in answers:
        return YesNo.YES.value
    return None if None in answers else YesNo.NO.value


def _contradicts(
    names: tuple[str, ...], item: str
) -> Callable[[FormData, Casebook], bool]:
    def rule(data: FormData, casebook: Casebook) -> bool:
        del data
        history, assessment = casebook.one("MHX"), casebook.one("ELG")
        if history is None or assessment is None:
            return False
        history_answer, answer = _any_of(history, names), assessment.get(item)
        return (
            history_answer is not None
            and answer is not None
            and history_answer != answer
        )

    return rule


for _place, (_item, _names, _criterion) in enumerate(AGREEING, 2):
    check(
        f"MHX-{_place:02d}",
        form="MHX",
        item=_item,
        severity=SOFT,
        message=N_("The eligibility assessment answers this otherwise."),
    )(_contradicts(_names, _criterion))
    check(
        f"ELG-{_place + 10}",
        form="ELG",
        item=_criterion,
        severity=SOFT,
        message=N_("The medical history answers this otherwise."),
    )(_contradicts(_names, _criterion))


@check(
    "MHX-07",
    form="MHX",
    item="known_ckd",
    severity=SOFT,
    message=N_("Known kidney disease, but the baseline eGFR does not exclude (E9)."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    if data.get("known_ckd") != YesNo.YES:
        return False
    outcomes = casebook.fact("eligibility").outcomes
    return any(o.criterion == "E9" and o.state == State.ABSENT for o in outcomes)
