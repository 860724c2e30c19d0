"""What follows from safety forms, and from reactions seen at the bedside.

All of it is idempotent, and takes back what nobody has worked on when its ground goes.
"""

from collections.abc import Iterable

from record.accounts.models import User
from record.audit.attribution import Actor, Via
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved, follows
from record.capture.problems import ReasonNeeded, Refused
from record.casebook.checks import Finding
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import binder_of, row_of, sheet_of, stored_sheets
from record.casebook.sheets import Binder
from safety.reports.services import reports as services
from safety.deaths.selectors import ends_without_death
from safety.events.facts import (
    event_of,
    events,
    is_fatal,
    is_serious,
    report_assessed,
    reports_on,
)
from safety.reports.selectors.reports import notified_at, was_sent
from safety.vocabulary import (
    EventOutcome,
    Grade,
    PregnantPerson,
    Seriousness,
    WhichInfusion,
)
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Severity, YesNo

FATAL_EVENT = {
    "grade": Grade.DEATH.value,
    "serious": YesNo.YES.value,
    "seriousness": [Seriousness.DEATH.value],
    "ongoing": YesNo.NO.value,
    "outcome": EventOutcome.FATAL.value,
}
INFUSION_OF_VISIT = {"D0": WhichInfusion.FIRST, "D7": WhichInfusion.SECOND}


@follows("AE", "serious")
def start_clock(saved: Saved) -> None:
    """Open the report of a serious event, draft included; take it back if it is not."""
    if is_serious(saved.sheet):
        services.open_report(
            saved.participant, saved.sheet, saved.binder, via=saved.via
        )
    else:
        services.withdraw_reports(saved.form.pk, saved.binder, via=saved.via)


@follows("AE", "grade", "outcome")
def expect_death_form(saved: Saved) -> None:
    """Ask for the death form of a fatal event; take it back if none is after all."""
    if is_fatal(saved.sheet) or is_fatal(saved.before):
        _settle_death_form(saved.participant, saved.binder, saved.via)


def _settle_death_form(participant: Participant, binder: Binder, via: Via) -> None:
    calls = binder.rows("CAL")
    is_told = any(call.get("result") == "death_reported" for call in calls)
    if any(is_fatal(event) for event in events(binder)):
        services.propose(participant, "DTH", via=via)
    elif not is_told:
        services.retire_sheets(participant, "DTH", via=via)


@follows("AE", "pregnancy")
def expect_pregnancy_form(saved: Saved) -> None:
    """Follow a pregnancy found as an event on its own form; take it back if not."""
    if YesNo.YES in (saved.sheet.get("pregnancy"), saved.before.get("pregnancy")):
        _settle_pregnancy(saved.participant, saved.binder, saved.via)


def _settle_pregnancy(participant: Participant, binder: Binder, via: Via) -> None:
    who = PregnantPerson.PARTICIPANT
    own = [row.form_id for row in binder.rows("PRG") if row.get("who") == who]
    if not any(event.get("pregnancy") == YesNo.YES for event in events(binder)):
        _retire(own, via)
    elif not own:
        services.open_row(participant, "PRG", {"who": who.value}, via=via)


@follows("INF", "reaction")
def open_reaction(saved: Saved) -> None:
    """Ask for a reaction at the bedside once, in the event log."""
    infusion = INFUSION_OF_VISIT.get(saved.form.visit)
    known = [
        event
        for event in events(saved.binder)
        if event.get("infusion_reaction") == YesNo.YES
        and event.get("infusion_number") == infusion
    ]
    if saved.sheet.get("reaction") != YesNo.YES:
        _retire([event.form_id for event in known], saved.via)
    elif infusion and not known:
        values = {"infusion_reaction": "Y", "infusion_number": infusion.value}
        services.open_row(saved.participant, "AE", values, via=saved.via)


@follows("SAE", "aware_at")
def restart_clock(saved: Saved) -> None:
    """Let the clock run from the awareness that people enter."""
    services.restart_clock(saved.form, saved.sheet, by=saved.by, via=saved.via)


@follows("SPA", "sponsor_aware_at")
def require_reason_for_later_awareness(saved: Saved) -> None:
    """Ask a person why the sponsor knew later than its first message was sent."""
    aware_at = saved.sheet.get("sponsor_aware_at")
    report = report_assessed(saved.sheet, saved.binder)
    default = notified_at(report.form_id) if report else None
    is_later = aware_at and default and aware_at > default
    given = saved.reasons.get("sponsor_aware_at")
    if is_later and isinstance(saved.by, User) and not (given and given.text.strip()):
        raise ReasonNeeded(["sponsor_aware_at"])


@follows(RowStruck)
@implements("SAF-10")
def keep_reports(event: RowStruck, by: Actor, via: Via) -> None:
    """Refuse to strike out what the sponsor has, or what a serious event needs."""
    del by, via
    form = event.form
    if form.code not in {"SAE", "SPA"} or not form.struck_at:
        return
    if form.code == "SPA":
        _refuse("SPA-03", N_("Each version has its assessment: correct it instead."))
    if was_sent(form):
        _refuse("SAE-06", N_("This version was sent: add a follow-up instead."))
    binder = binder_of(form.participant, "AE", "SAE")
    told = event_of(sheet_of(form, row_of(form)), binder)
    if told and is_serious(told) and not reports_on(told, binder):
        message = N_("The event is serious and needs a report. Correct the event.")
        _refuse("SAE-07", message)


def _refuse(check_id: str, message: str) -> None:
    raise Refused([Finding(check_id, "", Severity.HARD, message)])


@follows("DTH", "death_on")
def report_death(saved: Saved) -> None:
    """Report a death, which is a serious event and ends the study."""
    if saved.sheet.get("death_on") is None:
        _undo_death(saved.form, saved.binder, saved.via)
    else:
        _after_death(saved.participant, saved.binder, saved.via)


def _after_death(participant: Participant, binder: Binder, via: Via) -> None:
    if binder.value("DTH", "death_on") is None:
        return
    known = any(is_fatal(event) for event in events(binder))
    if binder.fact("is_consented") and not known:
        services.open_row(participant, "AE", FATAL_EVENT, via=via)
    if binder.rows("RAN"):
        services.propose(participant, "EOS", via=via)


@follows("PRG", "anomaly")
def report_anomaly(saved: Saved) -> None:
    """Report a congenital anomaly, which is a serious event; take it back if none."""
    if YesNo.YES in (saved.sheet.get("anomaly"), saved.before.get("anomaly")):
        _settle_anomaly(saved.participant, saved.binder, saved.via)


def _settle_anomaly(participant: Participant, binder: Binder, via: Via) -> None:
    known = [
        event.form_id
        for event in events(binder)
        if Seriousness.CONGENITAL in (event.get("seriousness") or ())
    ]
    if not any(row.get("anomaly") == YesNo.YES for row in binder.rows("PRG")):
        _retire(known, via)
    elif not known:
        values = {"serious": "Y", "seriousness": [Seriousness.CONGENITAL.value]}
        services.open_row(participant, "AE", values, via=via)


@follows(RowStruck)
def undo(event: RowStruck, by: Actor, via: Via) -> None:
    """Take back what a row had opened when it is struck out; open it when restored."""
    del by
    form, who = event.form, event.form.participant
    if form.code not in ("DTH", "AE", "PRG"):
        return
    binder = binder_of(who)
    if form.code == "DTH" and form.struck_at:
        _undo_death(form, binder, via)
    elif form.code == "DTH":
        _after_death(who, binder, via)
    elif form.code == "PRG":
        _settle_anomaly(who, binder, via)
    else:
        _event_struck(form, binder, via)


def _event_struck(form: FormInstance, binder: Binder, via: Via) -> None:
    sheet = sheet_of(form, row_of(form))
    if form.struck_at:
        services.withdraw_reports(form.pk, binder, via=via)
    elif is_serious(sheet):
        services.open_report(form.participant, sheet, binder, via=via)
    if is_fatal(sheet):
        _settle_death_form(form.participant, binder, via)
    if sheet.get("pregnancy") == YesNo.YES:
        _settle_pregnancy(form.participant, binder, via)


def _undo_death(form: FormInstance, binder: Binder, via: Via) -> None:
    """Take back the untouched event and end of study of a revoked death."""
    if not ends_without_death(binder):
        services.retire_sheets(form.participant, "EOS", via=via)
    opened = stored_sheets([form.participant_id], ["AE"], with_struck=True)
    _retire([event.form_id for _pk, event in opened if is_fatal(event)], via)


def _retire(form_ids: Iterable[int | None], via: Via) -> None:
    for form in FormInstance.objects.filter(pk__in=[pk for pk in form_ids if pk]):
        services.retire(form, via=via)
        form.refresh_from_db()
        if form.struck_at and form.code == "AE":
            binder = binder_of(form.participant)
            services.withdraw_reports(form.pk, binder, via=via)
