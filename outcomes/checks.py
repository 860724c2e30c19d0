"""Edit checks of the outcome forms, of contacts, withdrawal and end of study; pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from outcomes.facts.course import (
    anchor_on,
    last_known_alive,
    renal_replacement,
    stays,
    withdrawn_from_everything_on,
)
from outcomes.vocabulary import ContactResult, EndReason, WhereNow
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import (
    N_,
    Severity,
    VisitCode,
    VisitStatus,
    VitalStatus,
    YesNo,
)
from visits.schedule import rules
from visits.schedule.facts import Visit, schedule_of

HARD, SOFT = Severity.HARD, Severity.SOFT
IN_HOSPITAL = frozenset({WhereNow.WARD.value, WhereNow.ICU.value})
CheckResult = Mapping[str, object] | bool | None


def died_before(casebook: Casebook, day: date) -> bool:
    death = casebook.value("DTH", "death_on")
    return death is not None and death.latest < day


def dead_without_form(data: FormData, casebook: Casebook) -> CheckResult:
    dead = data.get("vital_status") == VitalStatus.DEAD
    return dead and casebook.value("DTH", "death_on") is None


def alive_after_death(data: FormData, casebook: Casebook) -> CheckResult:
    known_on = data.get("status_known_on")
    alive = data.get("vital_status") == VitalStatus.ALIVE
    return bool(alive and known_on and died_before(casebook, known_on))


def rrt_differs(data: FormData, casebook: Casebook) -> CheckResult:
    answer, status_on = data.get("rrt_last_7_days"), data.get("status_known_on")
    if answer is None or status_on is None:
        return False
    first = status_on - timedelta(days=PROTOCOL.outcomes.rrt_lookback_days - 1)
    is_logged = any(
        therapy.touches(first, status_on)
        for therapy in renal_replacement(casebook)
        if not therapy.is_transplant
    )
    return bool((answer == YesNo.YES) != is_logged)


def transplant_not_logged(data: FormData, casebook: Casebook) -> CheckResult:
    is_reported = data.get("transplant") == YesNo.YES
    return is_reported and not any(
        therapy.is_transplant for therapy in renal_replacement(casebook)
    )


def stay_differs(data: FormData, casebook: Casebook) -> CheckResult:
    where, status_on = data.get("where_now"), data.get("status_known_on")
    if where is None or status_on is None:
        return False
    kinds = {
        kind
        for kind in ("hospital", "icu")
        for stay in stays(casebook, kind)
        if site_date(stay.start) <= status_on
        and (stay.end is None or site_date(stay.end) >= status_on)
    }
    if where == WhereNow.ICU:
        return "icu" not in kinds
    if where in (WhereNow.WARD, WhereNow.OTHER_HOSPITAL):
        return not kinds
    return any(
        stay.end is None or site_date(stay.end) > status_on
        for kind in kinds
        for stay in stays(casebook, kind)
        if site_date(stay.start) < status_on
    )


SHARED = (
    ("1", "vital_status", HARD, N_("Enter the death form first."), dead_without_form),
    (
        "2",
        "vital_status",
        HARD,
        N_("The death form has an earlier date of death."),
        alive_after_death,
    ),
    (
        "3",
        "rrt_last_7_days",
        SOFT,
        N_("The log of renal replacement says otherwise for these 7 days."),
        rrt_differs,
    ),
    (
        "4",
        "transplant",
        SOFT,
        N_("Enter the transplant in the log of renal replacement too."),
        transplant_not_logged,
    ),
    ("5", "where_now", SOFT, N_("The log of stays says otherwise."), stay_differs),
)
for form in ("O28", "OM3"):
    for number, item, severity, message, rule in SHARED:
        check(
            f"{form}-0{number}",
            form=form,
            item=item,
            severity=severity,
            message=message,
        )(rule)


@check(
    "CAL-01",
    form="CAL",
    item="at",
    severity=HARD,
    message=N_("No contact is sought after a withdrawal from everything."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    at, withdrawn_on = data.get("at"), withdrawn_from_everything_on(casebook)
    return bool(at and withdrawn_on and site_date(at) > withdrawn_on)


@check(
    "CAL-02",
    form="CAL",
    item="result",
    severity=SOFT,
    message=N_("Is this a withdrawal? If it is, record it; if not, say why."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    refused = data.get("result") == ContactResult.REFUSED
    return refused and not casebook.rows("WDR")


@check(
    "CAL-03",
    form="CAL",
    item="alive_on",
    severity=HARD,
    message=N_("The death form has an earlier date of death."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    alive_on = data.get("alive_on")
    return bool(alive_on and died_before(casebook, alive_on))


@check(
    "CAL-04",
    form="CAL",
    item="alive_on",
    severity=HARD,
    message=N_("Life cannot be confirmed for a day after the contact."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    at, alive_on = data.get("at"), data.get("alive_on")
    return bool(at and alive_on and alive_on > site_date(at))


@check(
    "WDR-01",
    form="WDR",
    item="on",
    severity=HARD,
    message=N_("The withdrawal lies before consent."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    on, consented_on = data.get("on"), casebook.fact("consented_on")
    return bool(on and consented_on and on < consented_on)


@check(
    "WDR-02",
    form="WDR",
    item="on",
    severity=HARD,
    message=N_("The death form has an earlier date of death."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    on = data.get("on")
    return bool(on and died_before(casebook, on))


@check(
    "EOS-01",
    form="EOS",
    item="reason",
    severity=HARD,
    message=N_(
        "These visits are still open: %(visits)s. Each must be done, missed or "
        "not required."
    ),
)
@implements("WIN-06")
def _(data: FormData, casebook: Casebook) -> CheckResult:
    at = _end_of_day(data.get("on"))
    if data.get("reason") is None or at is None or anchor_on(casebook) is None:
        return None
    signed = casebook.value("IRQ", "decision", VisitCode.DAY_0.value) == "no_go_final"
    schedule = schedule_of(casebook, at, no_go_signed=signed)
    awaited = [visit.code.label for visit in schedule.visits if _is_awaited(visit)]
    return {"visits": ", ".join(awaited)} if awaited else None


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
    severity=HARD,
    message=N_(
        "Lost needs %(attempts)s contact attempts on different days over at least "
        "%(days)s days, after month 3 has closed."
    ),
)
@implements("WIN-06")
def _(data: FormData, casebook: Casebook) -> CheckResult:
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
    severity=HARD,
    message=N_("Died and the death form go together."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    reason = data.get("reason")
    if reason is None:
        return False
    is_dead = casebook.value("DTH", "death_on") is not None
    return bool(is_dead != (reason == EndReason.DIED))


@check(
    "EOS-04",
    form="EOS",
    item="reason",
    severity=HARD,
    message=N_("Record the withdrawal first."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    return data.get("reason") == EndReason.WITHDREW and not casebook.rows("WDR")


@check(
    "EOS-05",
    form="EOS",
    item="on",
    severity=SOFT,
    message=N_("There is a later sign of life, on %(alive_on)s."),
)
def _(data: FormData, casebook: Casebook) -> CheckResult:
    on, alive_on = data.get("on"), last_known_alive(casebook)
    later = on and alive_on and alive_on > on
    return {"alive_on": alive_on.isoformat()} if later and alive_on else None


@check(
    "EOS-06",
    form="EOS",
    item="on",
    severity=HARD,
    message=N_("Only randomized participants have an end of study."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    return bool(data.get("on")) and anchor_on(casebook) is None
