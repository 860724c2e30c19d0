"""Whether the condition for which a rule found a deviation still holds; pure.

A rule never strikes out a deviation. When the values change for which it was found
(another day 0, a discharge entered late), people decide what becomes of it.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import INFUSION_VISITS, VisitCode, VisitStatus, YesNo
from visits.deviations.vocabulary import DeviationRule as Rule
from visits.infusions.vocabulary import Given, InfusionDecision, StartCondition
from visits.schedule.facts import (
    STARTED,
    done_date,
    infusion_started_at,
    is_refused_for_good,
    schedule_as_checked,
    window_of,
)

# Arguments: casebook, visit of the occasion, day on which the deviation was found.
DeviationCondition = Callable[[Casebook, str, date], bool]


def _outside_window(casebook: Casebook, visit: str, _found_on: date) -> bool:
    done_on, window = done_date(casebook.one("VIS", visit)), window_of(casebook, visit)
    return done_on is not None and window is not None and done_on not in window


def _was_missed(casebook: Casebook, visit: str, found_on: date) -> bool:
    then = datetime.combine(found_on, time(23, 59), SITE_TZ)
    return schedule_as_checked(casebook, then).visit(visit).status == VisitStatus.MISSED


def _late_after_randomization(casebook: Casebook, _visit: str, _found_on: date) -> bool:
    return is_late_after_randomization(casebook)


def is_late_after_randomization(casebook: Casebook) -> bool:
    """Infusion 1 started more hours after randomization than the protocol allows."""
    randomized_at = casebook.value("RAN", "randomised_at")
    started_at = infusion_started_at(casebook, 1)
    hours = PROTOCOL.schedule.day0_hours_after_randomization
    if randomized_at is None or started_at is None:
        return False
    return bool(started_at > randomized_at + timedelta(hours=hours))


def _after_last_day(casebook: Casebook, _visit: str, _found_on: date) -> bool:
    return is_after_last_day(casebook)


def is_after_last_day(casebook: Casebook) -> bool:
    day0, second = infusion_started_at(casebook, 1), infusion_started_at(casebook, 2)
    if day0 is None or second is None:
        return False
    days = (site_date(second) - site_date(day0)).days
    return days > PROTOCOL.schedule.infusion_2_last_day


def _without_go(casebook: Casebook, visit: str, _found_on: date) -> bool:
    was_given = casebook.value("INF", "given", visit) in STARTED
    return was_given and is_without_go(casebook, visit)


def is_without_go(casebook: Casebook, visit: str) -> bool:
    """No go stands, or none was signed when the infusion started."""
    is_go = casebook.value("IRQ", "decision", visit) == InfusionDecision.GO
    missing = casebook.value("INF", "missing_at_start", visit) or ()
    return not is_go or StartCondition.GO in missing


def _after_withdrawal(casebook: Casebook, visit: str, _found_on: date) -> bool:
    return is_after_withdrawal(casebook, visit)


def is_after_withdrawal(casebook: Casebook, visit: str) -> bool:
    started_at = infusion_started_at(casebook, INFUSION_VISITS[VisitCode(visit)])
    days = (row.get("on") for row in casebook.rows("WDR") if row.get("kind"))
    return started_at is not None and any(
        on is not None and on < site_date(started_at) for on in days
    )


def _second_not_given(casebook: Casebook, visit: str, _found_on: date) -> bool:
    not_given = casebook.value("INF", "given", visit) == Given.NOT_GIVEN
    return not_given or is_refused_for_good(casebook, 2)


def _answered(item: str, answer: YesNo) -> DeviationCondition:
    def holds(casebook: Casebook, visit: str, _found_on: date) -> bool:
        return bool(casebook.value("INF", item, visit) == answer)

    return holds


DEVIATION_CONDITIONS: dict[str, DeviationCondition] = {
    Rule.OUTSIDE_WINDOW: _outside_window,
    Rule.VISIT_MISSED: _was_missed,
    Rule.FIRST_INFUSION_LATE: _late_after_randomization,
    Rule.SECOND_INFUSION_LATE: _after_last_day,
    Rule.WITHOUT_GO: _without_go,
    Rule.AFTER_WITHDRAWAL: _after_withdrawal,
    Rule.SECOND_NOT_GIVEN: _second_not_given,
    Rule.COVER_FAILED: _answered("cover_intact", YesNo.NO),
    Rule.SEEN: _answered("participant_saw", YesNo.YES),
}


@implements("WIN-08")
def condition_no_longer_holds(deviation: FormData, casebook: Casebook) -> bool:
    """Whether the rule that found a deviation would not find it in today's values.

    False for a deviation that people found, and for a rule on what cannot be undone.
    """
    found_on = deviation.get("found_on")
    condition = DEVIATION_CONDITIONS.get(str(deviation.get("rule")).partition(" ")[0])
    if condition is None or found_on is None:
        return False
    return not condition(casebook, visit_concerned(deviation), found_on)


def visit_concerned(deviation: FormData) -> str:
    """Older deviations name the form beside the rule: rule, form, visit, occurrence.

    One rule names none: that of infusion 2, which belongs to day 7.
    """
    if visit := deviation.get("visit_concerned"):
        return str(visit)
    parts = str(deviation.get("rule") or "").split(" ")
    return parts[2] if len(parts) > len(("rule", "form")) else VisitCode.DAY_7.value
