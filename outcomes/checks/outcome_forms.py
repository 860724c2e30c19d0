"""Edit checks that day 28 and month 3 share; pure."""

from collections.abc import Mapping
from datetime import timedelta

from outcomes.facts.course import died_before, renal_replacement, stays
from outcomes.vocabulary import WhereNow
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, VitalStatus, YesNo

HARD, SOFT = Severity.HARD, Severity.SOFT
CheckResult = Mapping[str, object] | bool | None


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
