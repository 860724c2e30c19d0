"""Edit checks of what is dated after death, or after withdrawal from everything.

They cover forms of other rooms too: the rule is the same for all.
"""

from collections.abc import Callable, Mapping
from datetime import date

from record.casebook.checks import CheckRule, check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds
from trial_edc.vocabulary import N_, Severity, WithdrawalKind
from visits.facts import LIFE_ENDS, LIFE_TIMES, death_of, life_end

# The item of each form that dates an observation.
OBSERVATION_TIMES = {
    "CRE": "sample_at",
    "URI": "start_at",
    "LAB": "sampled_at",
    "VIT": "measured_at",
    "CMD": "start",
    "RRT": "started_at",
    "STY": "in_at",
    "AE": "onset",
}
# Visits, outcomes, contacts and withdrawals have checks of their own; nobody who died
# is registered or randomized.
CHECKED_ELSEWHERE = ("VIS", "O28", "OM3", "CAL", "WDR", "SCN", "RAN")


# Birth, withdrawal, death: read in one select by whichever check comes first.
LIFE_BOUNDS = ("DEM", "WDR", "DTH")


def withdrawn_on(casebook: Casebook, kind: WithdrawalKind) -> date | None:
    dates = (r.get("on") for r in casebook.rows("WDR") if r.get("kind") == kind)
    return min((on for on in dates if on), default=None)


def is_new(data: FormData, item: str) -> bool:
    """Whether the item was never recorded before; a correction is not new."""
    return not data.item_revisions.get(item)


def is_after(value: object, day: date) -> bool:
    """Whether a time, known in part or whole, lies after a date for certain."""
    return value is not None and bounds(value)[0] >= bounds(day)[1]


def after_withdrawal(item: str) -> CheckRule:
    def rule(data: FormData, casebook: Casebook) -> bool:
        casebook.read(*LIFE_BOUNDS)
        ended_on = withdrawn_on(casebook, WithdrawalKind.EVERYTHING)
        is_late = ended_on is not None and is_after(data.get(item), ended_on)
        return is_late and is_new(data, item)

    return rule


def after_death(time_of: Callable[[FormData], object]) -> CheckRule:
    def rule(data: FormData, casebook: Casebook) -> Mapping[str, str] | None:
        casebook.read(*LIFE_BOUNDS)
        death = death_of(casebook)
        if death is None or not is_after(time_of(data), death.latest):
            return None
        return {"died": casebook.value("DTH", "death_on").text}

    return rule


def time_in(item: str) -> Callable[[FormData], object]:
    return lambda data: data.get(item)


for form, name in OBSERVATION_TIMES.items():
    check(
        f"{form}-20",
        form=form,
        item=name,
        severity=Severity.HARD,
        message=N_("After withdrawal from everything nothing new is observed."),
    )(after_withdrawal(name))

for form, names in LIFE_TIMES.items():
    for number, name in enumerate(names if form not in CHECKED_ELSEWHERE else (), 21):
        check(
            f"{form}-{number}",
            form=form,
            item=name,
            severity=Severity.HARD,
            message=N_("The participant had died by then (%(died)s)."),
        )(after_death(time_in(name)))

for form, (name, *_answers) in LIFE_ENDS.items():
    check(
        f"{form}-29",
        form=form,
        item=name,
        severity=Severity.HARD,
        message=N_("The participant had died by then (%(died)s)."),
    )(after_death(life_end))
