"""Edit checks of the safety forms; pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from record.casebook.checks import check
from record.casebook.sheets import Binder, Sheet
from record.casebook.values import Partial
from safety.events.facts import (
    deadlines_assessed,
    earlier_versions,
    event_of,
    is_fatal,
    report_assessed,
)
from safety.vocabulary import (
    EventOutcome,
    PregnantPerson,
    ReportKind,
    Seriousness,
    WhichInfusion,
)
from trial_edc.clock import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity, Sex, YesNo

HARD, SOFT = Severity.HARD, Severity.SOFT
VISIT_OF_INFUSION = {WhichInfusion.FIRST.value: "D0", WhichInfusion.SECOND.value: "D7"}


def is_before(end: Partial | None, start: Partial | None) -> bool:
    """Tell whether an end lies before a start for certain."""
    if end is None or start is None:
        return False
    end_at, start_at = end.instant(SITE_TZ), start.instant(SITE_TZ)
    if end_at and start_at:
        return end_at < start_at
    return end.latest < start.earliest


@check(
    "AE-01",
    form="AE",
    item="ended",
    severity=HARD,
    message=N_("The end lies before the onset."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    return is_before(sheet.get("ended"), sheet.get("onset"))


@check(
    "AE-02",
    form="AE",
    item="onset",
    severity=SOFT,
    message=N_("The onset lies before consent: is this medical history?"),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    onset, consented = sheet.get("onset"), binder.fact("consented_on")
    return bool(onset and consented and onset.latest < consented)


@check(
    "AE-03",
    form="AE",
    item="outcome",
    severity=HARD,
    message=N_("Grade 5 and the outcome fatal go together."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    grade, outcome = sheet.get("grade"), sheet.get("outcome")
    if grade is None or outcome is None:
        return False
    return bool((grade == "5") != (outcome == EventOutcome.FATAL))


@check(
    "AE-04",
    form="AE",
    item="serious",
    severity=HARD,
    message=N_("A fatal event is serious."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    return is_fatal(sheet) and sheet.get("serious") == YesNo.NO


@check(
    "AE-05",
    form="AE",
    item="seriousness",
    severity=HARD,
    message=N_("The criterion death and the outcome fatal go together."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    met = sheet.get("seriousness")
    if not met or sheet.get("outcome") is None:
        return False
    is_fatal_outcome = sheet.get("outcome") == EventOutcome.FATAL
    return bool((Seriousness.DEATH in met) != is_fatal_outcome)


@check(
    "AE-06",
    form="AE",
    item="seriousness",
    severity=SOFT,
    message=N_("The only stay since the onset was planned, which is no criterion."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    onset = sheet.get("onset")
    if not onset or Seriousness.HOSPITALISATION not in (sheet.get("seriousness") or ()):
        return False
    kinds = {
        stay.get("admission_type")
        for stay in binder.rows("STY")
        if (since := stay.get("in_at")) and site_date(since) >= onset.earliest
    }
    return kinds == {"planned"}


@check(
    "AE-07",
    form="AE",
    item="outcome",
    severity=HARD,
    message=N_("An event that goes on has not ended in this way."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    ended = {EventOutcome.RECOVERED, EventOutcome.SEQUELAE, EventOutcome.FATAL}
    return sheet.get("ongoing") == YesNo.YES and sheet.get("outcome") in ended


@check(
    "AE-08",
    form="AE",
    item="outcome",
    severity=SOFT,
    message=N_("The event has ended, but its outcome says that it goes on."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    goes_on = {EventOutcome.RECOVERING, EventOutcome.NOT_RECOVERED}
    return sheet.get("ongoing") == YesNo.NO and sheet.get("outcome") in goes_on


@check(
    "AE-09",
    form="AE",
    item="infusion_number",
    severity=HARD,
    message=N_("Say to which infusion this was a reaction."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    is_reaction = sheet.get("infusion_reaction") == YesNo.YES
    return bool(is_reaction and sheet.get("infusion_number") == WhichInfusion.NONE)


@check(
    "AE-10",
    form="AE",
    item="onset",
    severity=SOFT,
    message=N_("The onset lies before the infusion that it is a reaction to."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    onset, started_at = sheet.get("onset"), infusion_start(sheet, binder)
    if sheet.get("infusion_reaction") != YesNo.YES or not onset or not started_at:
        return False
    instant = onset.instant(SITE_TZ)
    if instant:
        return bool(instant < started_at)
    return bool(onset.latest < site_date(started_at))


@check(
    "AE-11",
    form="AE",
    item="infusion_number",
    severity=SOFT,
    message=N_("No start of this infusion is recorded."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    named = sheet.get("infusion_number") in VISIT_OF_INFUSION
    return named and infusion_start(sheet, binder) is None


def infusion_start(event: Sheet, binder: Binder) -> datetime | None:
    """Return when the infusion that an event belongs to began."""
    visit = VISIT_OF_INFUSION.get(str(event.get("infusion_number")))
    started_at: datetime | None = (
        binder.value("INF", "started_at", visit) if visit else None
    )
    return started_at


@check(
    "SAE-01",
    form="SAE",
    item="aware_at",
    severity=HARD,
    message=N_("The site cannot be aware before the event began."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    event, aware_at = event_of(sheet, binder), sheet.get("aware_at")
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
    severity=SOFT,
    message=N_("The ethics committee was told more than %(hours)s hours later."),
)
def _(sheet: Sheet, binder: Binder) -> dict[str, int] | None:
    del binder
    aware_at, told_at = sheet.get("aware_at"), sheet.get("ethics_informed_at")
    hours = PROTOCOL.safety.report_to_ethics_hours
    late = aware_at and told_at and told_at - aware_at > timedelta(hours=hours)
    return {"hours": hours} if late else None


@check(
    "SAE-03",
    form="SAE",
    item="hospital_out",
    severity=HARD,
    message=N_("The discharge lies before the admission."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    return is_before(sheet.get("hospital_out"), sheet.get("hospital_in"))


@check(
    "SAE-04",
    form="SAE",
    item="ae",
    severity=HARD,
    message=N_("This event is not marked serious."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    event = event_of(sheet, binder)
    is_first = not earlier_versions(sheet, binder)  # a later one may take it back
    return is_first and event is not None and event.get("serious") == YesNo.NO


@check(
    "SAE-05",
    form="SAE",
    item="report_kind",
    severity=HARD,
    message=N_(
        "The first report on an event is the initial one; each later one is a "
        "follow-up or the final one."
    ),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    kind, event = sheet.get("report_kind"), sheet.get("ae")
    if kind is None or event is None:
        return False
    is_first = not earlier_versions(sheet, binder)
    return bool(is_first != (kind == ReportKind.INITIAL))


@check(
    "SPA-01",
    form="SPA",
    item="sponsor_aware_at",
    severity=HARD,
    message=N_("There is no report of this number to assess."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    return report_assessed(sheet, binder) is None


@check(
    "SPA-02",
    form="SPA",
    item="submitted_on",
    severity=SOFT,
    message=N_("Submitted after the last day, %(due_on)s."),
)
def _(sheet: Sheet, binder: Binder) -> dict[str, str] | None:
    found, submitted_on = deadlines_assessed(sheet, binder), sheet.get("submitted_on")
    if not found or not found.initial_due_on or not submitted_on:
        return None
    late = submitted_on > found.initial_due_on
    return {"due_on": found.initial_due_on.isoformat()} if late else None


@check(
    "DTH-01",
    form="DTH",
    item="death_on",
    severity=HARD,
    message=N_("There is a sign of life on %(alive_on)s, after this date."),
)
def _(sheet: Sheet, binder: Binder) -> dict[str, str] | None:
    death_on = sheet.get("death_on")
    alive = [day for day in signs_of_life(binder) if death_on and day > death_on.latest]
    return {"alive_on": max(alive).isoformat()} if alive else None


def signs_of_life(binder: Binder) -> Iterator[date]:
    """Return the dates of samples, and of calls that confirmed life."""
    for sample in binder.rows("CRE"):
        taken = sample.get("sample_at")
        if isinstance(taken, Partial):
            yield taken.earliest
    for call in binder.rows("CAL"):
        if alive_on := call.get("alive_on"):
            yield alive_on


@check(
    "DTH-02",
    form="DTH",
    item="ae",
    severity=HARD,
    message=N_("The event named here must be of grade 5 and fatal."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    event = event_of(sheet, binder)
    return event is not None and not (
        event.get("grade") == "5" and event.get("outcome") == EventOutcome.FATAL
    )


@check(
    "PRG-01",
    form="PRG",
    item="outcome_on",
    severity=HARD,
    message=N_("The outcome lies before the last period."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    return is_before(sheet.get("outcome_on"), sheet.get("lmp"))


@check(
    "PRG-02",
    form="PRG",
    item="who",
    severity=HARD,
    message=N_("The participant is a man; it is his partner who is pregnant."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    is_own = sheet.get("who") == PregnantPerson.PARTICIPANT
    return bool(is_own and binder.fact("sex") == Sex.MALE)


@check(
    "PRG-03",
    form="PRG",
    item="due_on",
    severity=HARD,
    message=N_("The expected birth lies before the last period."),
)
def _(sheet: Sheet, binder: Binder) -> bool:
    del binder
    due_on, lmp = sheet.get("due_on"), sheet.get("lmp")
    return bool(due_on and lmp and due_on < lmp.earliest)
