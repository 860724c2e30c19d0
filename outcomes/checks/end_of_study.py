"""Edit checks of the end of study; pure."""

from collections.abc import Mapping
from datetime import date, datetime

from outcomes.facts.course import anchor_on, last_known_alive, record_of
from outcomes.rules.states import Survival
from outcomes.rules.survival import survival_3m
from outcomes.vocabulary import EndReason
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity, VisitCode, VisitStatus, Word
from visits.facts import visits_on_record
from visits.schedule import rules
from visits.schedule.facts import Schedule, Visit, schedule_of


@check(
    "EOS-01",
    form="EOS",
    item="reason",
    severity=Severity.HARD,
    message=N_(
        "These visits are still open: %(visits)s. Each must be done, missed or "
        "not required."
    ),
)
@implements("WIN-06")
def visits_still_open(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    at = _end_of_day(data.get("on"))
    if data.get("reason") is None or at is None or anchor_on(casebook) is None:
        return None
    schedule = _schedule_at(at, casebook)
    awaited = (visit.code.label for visit in schedule.visits if _is_awaited(visit))
    labels = tuple(map(Word, awaited))
    return {"visits": labels} if labels else None


def _schedule_at(at: datetime, casebook: Casebook) -> Schedule:
    signed = casebook.value("IRQ", "decision", VisitCode.DAY_0.value) == "no_go_final"
    on_record = visits_on_record(casebook)
    return schedule_of(casebook, at, no_go_signed=signed, on_record=on_record)


def _is_awaited(visit: Visit) -> bool:
    final_statuses = (VisitStatus.DONE, VisitStatus.MISSED, VisitStatus.NOT_REQUIRED)
    return visit.status not in final_statuses


def _end_of_day(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=SITE_TZ)


@check(
    "EOS-02",
    form="EOS",
    item="reason",
    severity=Severity.HARD,
    message=N_(
        "Lost needs %(attempts)s contact attempts on different days over at least "
        "%(days)s days, after month 3 has closed."
    ),
)
@implements("WIN-06")
def lost_without_attempts(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    anchor = anchor_on(casebook)
    if data.get("reason") != EndReason.LOST or anchor is None:
        return None
    attempts = [site_date(at) for row in casebook.rows("CAL") if (at := row.get("at"))]
    if rules.may_be_lost(attempts, anchor):
        return None
    schedule = PROTOCOL.schedule
    return {"attempts": schedule.lost_attempts, "days": schedule.lost_days}


@check(
    "EOS-03",
    form="EOS",
    item="reason",
    severity=Severity.HARD,
    message=N_("Died and the death form go together."),
)
def death_contradicts_reason(data: FormData, casebook: Casebook) -> bool:
    reason = data.get("reason")
    if reason is None:
        return False
    is_dead = casebook.value("DTH", "death_on") is not None
    return bool(is_dead != (reason == EndReason.DIED))


@check(
    "EOS-04",
    form="EOS",
    item="reason",
    severity=Severity.HARD,
    message=N_("Record the withdrawal first."),
)
def withdrew_without_withdrawal(data: FormData, casebook: Casebook) -> bool:
    return data.get("reason") == EndReason.WITHDREW and not casebook.rows("WDR")


@check(
    "EOS-05",
    form="EOS",
    item="on",
    severity=Severity.SOFT,
    message=N_("There is a later sign of life, on %(alive_on)s."),
)
def later_sign_of_life(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    on, alive_on = data.get("on"), last_known_alive(casebook)
    later = on and alive_on and alive_on > on
    return {"alive_on": alive_on.isoformat()} if later and alive_on else None


@check(
    "EOS-06",
    form="EOS",
    item="on",
    severity=Severity.HARD,
    message=N_("Only randomized participants have an end of study."),
)
def never_randomized(data: FormData, casebook: Casebook) -> bool:
    return bool(data.get("on")) and anchor_on(casebook) is None


@check(
    "EOS-07",
    form="EOS",
    item="reason",
    severity=Severity.SOFT,
    message=N_(
        "Completed, but the month 3 visit was missed. Choose how the study ended, or "
        "say why it counts as completed."
    ),
)
def completed_without_month_3(data: FormData, casebook: Casebook) -> bool:
    at = _end_of_day(data.get("on"))
    if data.get("reason") != EndReason.COMPLETED or at is None:
        return False
    visit = _schedule_at(at, casebook).visit(VisitCode.MONTH_3)
    return visit.status == VisitStatus.MISSED


@check(
    "EOS-08",
    form="EOS",
    item="reason",
    severity=Severity.SOFT,
    message=N_(
        "Completed, but whether the participant was alive at month 3 is not known. "
        "Record what shows it, or say why it stays unknown."
    ),
)
def completed_without_survival(data: FormData, casebook: Casebook) -> bool:
    on = data.get("on")
    if data.get("reason") != EndReason.COMPLETED or on is None:
        return False
    record = record_of(casebook, on)
    known = (Survival.ALIVE, Survival.DEAD)
    return record is not None and survival_3m(record).status not in known
