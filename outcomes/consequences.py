"""What follows from outcomes, contacts and withdrawals; all of it is idempotent."""

from outcomes import services
from outcomes.facts.course import withdrawn_from_everything_on
from outcomes.vocabulary import ContactResult
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook
from record.casebook.models import FormStatus, Participant
from record.casebook.selectors import casebook_of
from safety.deaths.selectors import ends_without_death
from safety.reports.services.reports import propose, retire_forms


def may_be_infused(casebook: Casebook) -> bool:
    """Tell whether no withdrawal, of whatever kind, forbids a second infusion."""
    return not any(row.get("kind") and row.get("on") for row in casebook.rows("WDR"))


def end_what_was_withdrawn(saved: Saved) -> None:
    """End infusions, whatever the kind; from everything: end the study."""
    _settle(saved.participant, saved.casebook, saved.via)


def reopen_after_strike(event: RowStruck, by: Actor, via: Source) -> None:
    """Open again what a revoked withdrawal had closed; close what stands again."""
    del by
    who = event.form.participant
    if event.form.code == "WDR":
        _settle(who, casebook_of(who), via)


def _settle(participant: Participant, casebook: Casebook, via: Source) -> None:
    if may_be_infused(casebook):
        services.reopen_infusion_2(participant, via=via)
    else:
        services.close_infusion_2(participant, via=via)
    if withdrawn_from_everything_on(casebook) and casebook.rows("RAN"):
        propose(participant, "EOS", via=via)
    elif not ends_without_death(casebook) and not casebook.rows("DTH"):
        retire_forms(participant, "EOS", via=via)


def expect_death_form(saved: Saved) -> None:
    if saved.data.get("result") == ContactResult.DEATH_REPORTED:
        propose(saved.participant, "DTH", via=saved.via)


def propose_end_of_study(saved: Saved) -> None:
    """Ask for the end of study after the last outcome."""
    if saved.form.status == FormStatus.COMPLETE:
        propose(saved.participant, "EOS", via=saved.via)
