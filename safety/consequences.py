"""What follows from safety forms, and from reactions seen at the bedside.

All of it is idempotent, and takes back what nobody has worked on when its ground goes.
"""

from collections.abc import Iterable

from audit.attribution import Actor, Via
from capture.events import RowStruck
from capture.following import Saved, follows
from casebook.models import FormInstance, Participant
from casebook.selectors import binder_of, row_of, sheet_of, stored_sheets
from casebook.sheets import Binder
from safety import services
from safety.events import events, is_fatal, is_serious
from safety.vocabulary import EventOutcome, Grade, Seriousness, WhichInfusion
from trial_edc.vocabulary import YesNo

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
    """Ask for the death form of a fatal event."""
    if is_fatal(saved.sheet):
        services.propose(saved.participant, "DTH", via=saved.via)
    elif not any(is_fatal(event) for event in events(saved.binder)):
        services.retire_sheets(saved.participant, "DTH", via=saved.via)


@follows("AE", "pregnancy")
def expect_pregnancy_form(saved: Saved) -> None:
    """Follow a pregnancy found as an event on its own form."""
    is_pregnant = saved.sheet.get("pregnancy") == YesNo.YES
    if is_pregnant and not saved.binder.rows("PRG"):
        values = {"who": "participant"}
        services.open_row(saved.participant, "PRG", values, via=saved.via)


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
    services.restart_clock(saved.form, saved.sheet)


@follows("DTH", "death_on")
def report_death(saved: Saved) -> None:
    """Report a death, which is a serious event and ends the study."""
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
    """Report a congenital anomaly, which is a serious event."""
    known = any(
        Seriousness.CONGENITAL in (event.get("seriousness") or ())
        for event in events(saved.binder)
    )
    if saved.sheet.get("anomaly") == YesNo.YES and not known:
        values = {"serious": "Y", "seriousness": [Seriousness.CONGENITAL.value]}
        services.open_row(saved.participant, "AE", values, via=saved.via)


@follows(RowStruck)
def undo(event: RowStruck, by: Actor, via: Via) -> None:
    """Take back what a row had opened when it is struck out; open it when restored."""
    del by
    form = event.form
    binder = binder_of(form.participant)
    if form.code == "DTH" and form.struck_at:
        _undo_death(form, binder, via)
    elif form.code == "DTH":
        _after_death(form.participant, binder, via)
    elif form.code == "AE" and form.struck_at:
        services.withdraw_reports(form.pk, binder, via=via)
    elif form.code == "AE" and is_serious(sheet := sheet_of(form, row_of(form))):
        services.open_report(form.participant, sheet, binder, via=via)


def _undo_death(form: FormInstance, binder: Binder, via: Via) -> None:
    """Take back the untouched event and end of study of a revoked death."""
    if not binder.fact("withdrawn_from_everything_on"):
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
