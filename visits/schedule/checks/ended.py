"""Edit checks of what is dated after a course ended: by death, or by withdrawal.

The adverse event log is among them, though a later room declares it: what was observed
is one question for all logs.
"""

from collections.abc import Callable, Mapping
from datetime import date

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import bounds
from trial_edc.vocabulary import N_, Severity, WithdrawalKind

# When each form says that something was observed.
OBSERVED = {
    "CRE": "sample_at",
    "URI": "start_at",
    "LAB": "sampled_at",
    "VIT": "measured_at",
    "CMD": "start",
    "RRT": "started_at",
    "STY": "in_at",
    "AE": "onset",
}
BEDSIDE = {"INF": "started_at", "VSI": "taken_at"}
Fired = Mapping[str, object] | bool | None


def withdrawn_on(casebook: Casebook, kind: WithdrawalKind) -> date | None:
    dates = (r.get("on") for r in casebook.rows("WDR") if r.get("kind") == kind)
    return min((on for on in dates if on), default=None)


def is_new(data: FormData, item: str) -> bool:
    """Tell whether an item was never recorded; a correction of one that was is not."""
    return not data.item_revisions.get(item)


def is_after(value: object, day: date) -> bool:
    """Tell whether a time, known in part or whole, lies after a date for certain."""
    return value is not None and bounds(value)[0] >= bounds(day)[1]


def after_withdrawal(item: str) -> Callable[[FormData, Casebook], Fired]:
    """Return the question whether something new is observed of who wants nothing."""

    def rule(data: FormData, casebook: Casebook) -> Fired:
        ended = withdrawn_on(casebook, WithdrawalKind.EVERYTHING)
        found = ended is not None and is_after(data.get(item), ended)
        return found and is_new(data, item)

    return rule


def after_death(item: str) -> Callable[[FormData, Casebook], Fired]:
    """Return the question whether the participant had died by then for certain."""

    def rule(data: FormData, casebook: Casebook) -> Fired:
        death = casebook.value("DTH", "death_on")
        if death is None or not is_after(data.get(item), death.latest):
            return None
        return {"died": death.text}

    return rule


for form, name in OBSERVED.items():
    check(
        f"{form}-20",
        form=form,
        item=name,
        severity=Severity.HARD,
        message=N_("After withdrawal from everything nothing new is observed."),
    )(after_withdrawal(name))

for form, name in {**OBSERVED, **BEDSIDE}.items():
    check(
        f"{form}-21",
        form=form,
        item=name,
        severity=Severity.HARD,
        message=N_("The participant had died by then (%(died)s)."),
    )(after_death(name))
