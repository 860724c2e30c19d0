"""Consequences of outcomes, contacts and withdrawals; all are idempotent."""

from outcomes import services
from outcomes.facts.course import withdrawn_from_everything_on
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook
from record.casebook.models import FormStatus, Participant
from record.casebook.selectors import casebook_of
from safety.deaths.selectors import ends_without_death
from safety.reports.services.reports import open_form, strike_untouched_forms


def may_be_infused(casebook: Casebook) -> bool:
    return not any(row.get("kind") and row.get("on") for row in casebook.rows("WDR"))


def apply_withdrawal(saved: Saved) -> None:
    _apply_withdrawals(saved.participant, saved.casebook, saved.via)


def reapply_after_strike(event: RowStruck, by: Actor, via: Source) -> None:
    del by
    participant = event.form.participant
    if event.form.code == "WDR":
        _apply_withdrawals(participant, casebook_of(participant), via)


def _apply_withdrawals(
    participant: Participant, casebook: Casebook, via: Source
) -> None:
    if may_be_infused(casebook):
        services.reopen_infusion_2(participant, via=via)
    else:
        services.close_infusion_2(participant, via=via)
    if withdrawn_from_everything_on(casebook) and casebook.rows("RAN"):
        open_form(participant, "EOS", via=via)
    elif not ends_without_death(casebook) and not casebook.rows("DTH"):
        strike_untouched_forms(participant, "EOS", via=via)


def ensure_end_of_study(saved: Saved) -> None:
    if saved.form.status == FormStatus.COMPLETE:
        open_form(saved.participant, "EOS", via=saved.via)
