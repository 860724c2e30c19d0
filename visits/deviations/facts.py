"""Whether what a rule once found against the protocol still holds; pure.

A deviation is never struck by a rule. When the values change on which it stood (another
day 0, a discharge entered late), people are asked what becomes of it.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from record.casebook.form_data import Casebook, FormData
from trial_edc.clock import SITE_TZ
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus, YesNo
from visits.deviations.vocabulary import DeviationRule as Rule
from visits.infusions.vocabulary import Given, InfusionDecision
from visits.schedule.facts import (
    INFUSION_VISITS,
    STARTED,
    done_date,
    infusion_started_at,
    is_refused_for_good,
    schedule_as_checked,
    window_of,
)

# A casebook, the visit of the occasion, and the day on which the deviation was found.
Ground = Callable[[Casebook, str, date], bool]


def _outside_window(casebook: Casebook, visit: str, _found_on: date) -> bool:
    done_on, window = done_date(casebook.one("VIS", visit)), window_of(casebook, visit)
    return done_on is not None and window is not None and done_on not in window


def _was_missed(casebook: Casebook, visit: str, found_on: date) -> bool:
    then = datetime.combine(found_on, time(23, 59), SITE_TZ)
    return schedule_as_checked(casebook, then).visit(visit).status == VisitStatus.MISSED


def _late_after_randomisation(casebook: Casebook, _visit: str, _found_on: date) -> bool:
    return is_late_after_randomisation(casebook)


def is_late_after_randomisation(casebook: Casebook) -> bool:
    """Tell whether infusion 1 started later than the protocol has it."""
    randomised_at = casebook.value("RAN", "randomised_at")
    started_at = infusion_started_at(casebook, 1)
    hours = PROTOCOL.schedule.day0_hours_after_randomisation
    if randomised_at is None or started_at is None:
        return False
    return bool(started_at > randomised_at + timedelta(hours=hours))


def _after_last_day(casebook: Casebook, _visit: str, _found_on: date) -> bool:
    return is_after_last_day(casebook)


def is_after_last_day(casebook: Casebook) -> bool:
    """Tell whether infusion 2 started after the last day on which it may."""
    day0, second = infusion_started_at(casebook, 1), infusion_started_at(casebook, 2)
    if day0 is None or second is None:
        return False
    days = (site_date(second) - site_date(day0)).days
    return days > PROTOCOL.schedule.infusion_2_last_day


def _without_go(casebook: Casebook, visit: str, _found_on: date) -> bool:
    given = casebook.value("INF", "given", visit) in STARTED
    return given and casebook.value("IRQ", "decision", visit) != InfusionDecision.GO


def _after_withdrawal(casebook: Casebook, visit: str, _found_on: date) -> bool:
    return is_after_withdrawal(casebook, visit)


def is_after_withdrawal(casebook: Casebook, visit: str) -> bool:
    """Tell whether an infusion started after the day of a withdrawal of any kind."""
    started_at = infusion_started_at(casebook, INFUSION_VISITS[VisitCode(visit)])
    days = (row.get("on") for row in casebook.rows("WDR") if row.get("kind"))
    return started_at is not None and any(
        on is not None and on < site_date(started_at) for on in days
    )


def _second_not_given(casebook: Casebook, visit: str, _found_on: date) -> bool:
    not_given = casebook.value("INF", "given", visit) == Given.NOT_GIVEN
    return not_given or is_refused_for_good(casebook, 2)


def _said(item: str, answer: YesNo) -> Ground:
    def said(casebook: Casebook, visit: str, _found_on: date) -> bool:
        return bool(casebook.value("INF", item, visit) == answer)

    return said


GROUNDS: dict[str, Ground] = {
    Rule.OUTSIDE_WINDOW: _outside_window,
    Rule.VISIT_MISSED: _was_missed,
    Rule.FIRST_INFUSION_LATE: _late_after_randomisation,
    Rule.SECOND_INFUSION_LATE: _after_last_day,
    Rule.WITHOUT_GO: _without_go,
    Rule.AFTER_WITHDRAWAL: _after_withdrawal,
    Rule.SECOND_NOT_GIVEN: _second_not_given,
    Rule.COVER_FAILED: _said("cover_intact", YesNo.NO),
    Rule.SEEN: _said("participant_saw", YesNo.YES),
}


@implements("WIN-08")
def fell_away(deviation: FormData, casebook: Casebook) -> bool:
    """Tell whether a deviation that a rule found would not be found today.

    False where nothing of the record could tell: found by people, or by a rule on what
    cannot be taken back.
    """
    occasion, found_on = deviation.get("rule"), deviation.get("found_on")
    if not occasion or found_on is None:
        return False
    ground = GROUNDS.get(str(occasion).partition(" ")[0])
    if ground is None:
        return False
    return not ground(casebook, visit_of_occasion(deviation), found_on)


def visit_of_occasion(deviation: FormData) -> str:
    """Return the visit of what a rule found; an occasion is rule, form, visit, place.

    One rule names no form: that of infusion 2, which is a matter of day 7.
    """
    parts = str(deviation.get("rule") or "").split(" ")
    return parts[2] if len(parts) > len(("rule", "form")) else VisitCode.DAY_7.value
