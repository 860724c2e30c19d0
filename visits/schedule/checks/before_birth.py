"""Edit checks of what is dated before birth, and of a birth dated after it."""

from collections.abc import Mapping
from datetime import date

from record.casebook.checks import CheckRule, check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds
from record.casebook.values import Partial
from trial_edc.vocabulary import N_, Severity
from visits.facts import LIFE_TIMES, signs_of_life
from visits.schedule.checks.after_end import LIFE_BOUNDS

# The system dates an allocation; an approach is dated before a birth date is known.
NOT_COMPARED = ("DEM", "SCN", "RAN")
FIRST_ID = 40


def is_before_birth(value: object, born: date) -> bool:
    """Whether a time, known in part or whole, lies before a birth for certain."""
    first, last = bounds(value)
    birth = bounds(born)[0]
    return last < birth or (last == birth and first != last)


def before_birth(item: str) -> CheckRule:
    def rule(data: FormData, casebook: Casebook) -> Mapping[str, str] | None:
        casebook.read(*LIFE_BOUNDS)
        at, born = data.get(item), casebook.value("DEM", "birth_date")
        if at is None or born is None or not is_before_birth(at, born):
            return None
        return {"born": born.isoformat()}

    return rule


for form, names in LIFE_TIMES.items():
    for number, name in enumerate(names if form not in NOT_COMPARED else (), FIRST_ID):
        check(
            f"{form}-{number}",
            form=form,
            item=name,
            severity=Severity.HARD,
            message=N_("The participant was not born by then (%(born)s)."),
        )(before_birth(name))


@check(
    "MHX-43",
    form="MHX",
    item="history",
    severity=Severity.HARD,
    message=N_("Row %(row)s begins before the participant was born (%(born)s)."),
)
def history_before_birth(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    born = casebook.value("DEM", "birth_date")
    for number, row in enumerate(data.get("history") or (), 1):
        start = row.get("start")
        if born and start and is_before_birth(Partial(str(start)), born):
            return {"row": number, "born": born.isoformat()}
    return None


@check(
    "DEM-40",
    form="DEM",
    item="birth_date",
    severity=Severity.HARD,
    message=N_("%(form)s holds something dated before this birth."),
)
def born_after_a_sign_of_life(
    data: FormData, casebook: Casebook
) -> Mapping[str, str] | None:
    born = data.get("birth_date")
    if born is None:
        return None
    earlier = (
        row.code
        for row, at in signs_of_life(casebook)
        if row.code not in NOT_COMPARED and is_before_birth(at, born)
    )
    code = next(earlier, None)
    return {"form": code} if code else None
