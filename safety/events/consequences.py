"""Consequences of safety forms, and of reactions seen at the bedside.

All are idempotent. A form that the system opened is withdrawn when its reason no longer
holds, unless somebody has worked on it.
"""

from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of, data_of, row_of
from safety.deaths.consequences import (
    restore_death,
    sync_death_form,
    undo_death,
)
from safety.deaths.facts import DEATH_ANSWERS, reports_death
from safety.facts import events, is_serious
from safety.pregnancy.consequences import sync_anomaly_event, sync_pregnancy_form
from safety.reports.services import reports as services
from safety.vocabulary import WhichInfusion
from trial_edc.vocabulary import INFUSION_VISITS, YesNo

INFUSION_OF_VISIT = {
    visit: WhichInfusion(str(number)) for visit, number in INFUSION_VISITS.items()
}


def open_reaction_event(saved: Saved) -> None:
    infusion = INFUSION_OF_VISIT.get(saved.form.visit)
    reactions = [
        event
        for event in events(saved.casebook)
        if event.get("infusion_reaction") == YesNo.YES
        and event.get("infusion_number") == infusion
    ]
    if saved.data.get("reaction") != YesNo.YES:
        services.strike_untouched_rows(
            [event.form_id for event in reactions], via=saved.via
        )
    elif infusion and not reactions:
        values = {"infusion_reaction": "Y", "infusion_number": infusion.value}
        services.open_log_row(saved.participant, "AE", values, via=saved.via)


def undo_struck_row(event: RowStruck, by: Actor, via: Source) -> None:
    """Withdraw what a row had opened when it is struck out; reopen it when restored."""
    del by
    form, participant = event.form, event.form.participant
    if form.code not in ("DTH", "PRG", *DEATH_ANSWERS):
        return
    casebook = casebook_of(participant)
    if form.code == "DTH" and form.struck_at:
        undo_death(form, casebook, via)
    elif form.code == "DTH":
        restore_death(form, casebook, via)
    elif form.code == "PRG":
        sync_anomaly_event(participant, casebook, via)
    else:
        _follow_struck_report(form, casebook, via)


def _follow_struck_report(form: FormInstance, casebook: Casebook, via: Source) -> None:
    data = data_of(form, row_of(form))
    if form.code == "AE":
        _follow_struck_event(form, data, casebook, via)
    if reports_death(data):
        sync_death_form(form.participant, casebook, via)


def _follow_struck_event(
    form: FormInstance, data: FormData, casebook: Casebook, via: Source
) -> None:
    if form.struck_at:
        services.withdraw_reports(form.pk, casebook, via=via)
    elif is_serious(data):
        services.open_report(form.participant, data, casebook, via=via)
    if data.get("pregnancy") == YesNo.YES:
        sync_pregnancy_form(form.participant, casebook, via)
