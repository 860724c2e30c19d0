"""Edit checks of reports on serious events and their assessments; pure."""

from datetime import timedelta

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from safety.facts import event_of, is_before
from safety.reports.facts import (
    clock_starts_at,
    deadlines_assessed,
    earlier_versions,
    report_assessed,
)
from safety.vocabulary import ReportKind
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, YesNo


@check(
    "SAE-01",
    form="SAE",
    item="aware_at",
    severity=Severity.HARD,
    message=N_("The site cannot be aware before the event began."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    event, aware_at = event_of(data, casebook), data.get("aware_at")
    onset = event.get("onset") if event else None
    if not onset or not aware_at:
        return False
    instant = onset.instant(SITE_TZ)
    if instant:
        return bool(aware_at < instant)
    return bool(site_date(aware_at) < onset.earliest)


@check(
    "SAE-02",
    form="SAE",
    item="ethics_informed_at",
    severity=Severity.SOFT,
    message=N_("The ethics committee was told more than %(hours)s hours later."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int] | None:
    del casebook
    aware_at, informed_at = data.get("aware_at"), data.get("ethics_informed_at")
    hours = PROTOCOL.safety.report_to_ethics_hours
    late = aware_at and informed_at and informed_at - aware_at > timedelta(hours=hours)
    return {"hours": hours} if late else None


@check(
    "SAE-03",
    form="SAE",
    item="hospital_out",
    severity=Severity.HARD,
    message=N_("The discharge lies before the admission."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return is_before(data.get("hospital_out"), data.get("hospital_in"))


@check(
    "SAE-04",
    form="SAE",
    item="ae",
    severity=Severity.HARD,
    message=N_("This event is not marked serious."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    event = event_of(data, casebook)
    is_first = not earlier_versions(data, casebook)  # a later one may take it back
    return is_first and event is not None and event.get("serious") == YesNo.NO


@check(
    "SAE-05",
    form="SAE",
    item="report_kind",
    severity=Severity.HARD,
    message=N_(
        "The first report on an event is the initial one; each later one is a "
        "follow-up or the final one."
    ),
)
def _(data: FormData, casebook: Casebook) -> bool:
    kind, event = data.get("report_kind"), data.get("ae")
    if kind is None or event is None:
        return False
    is_first = not earlier_versions(data, casebook)
    return bool(is_first != (kind == ReportKind.INITIAL))


@check(
    "SAE-08",
    form="SAE",
    item="aware_at",
    severity=Severity.SOFT,
    message=N_(
        "An earlier version has this time or a later one. Enter when the new "
        "information came: each version has 24 hours of its own."
    ),
)
def aware_before_an_earlier_version(data: FormData, casebook: Casebook) -> bool:
    return data.get("aware_at") is not None and not clock_starts_at(data, casebook)


@check(
    "SPA-01",
    form="SPA",
    item="sponsor_aware_at",
    severity=Severity.HARD,
    message=N_("There is no report of this number to assess."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    return report_assessed(data, casebook) is None


@check(
    "SPA-02",
    form="SPA",
    item="submitted_on",
    severity=Severity.SOFT,
    message=N_("Submitted after the last day, %(due_on)s."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, str] | None:
    due, submitted_on = deadlines_assessed(data, casebook), data.get("submitted_on")
    if not due or not due.initial_due_on or not submitted_on:
        return None
    late = submitted_on > due.initial_due_on
    return {"due_on": due.initial_due_on.isoformat()} if late else None
