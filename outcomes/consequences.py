"""What follows from outcomes, contacts and withdrawals; all of it is idempotent."""

from audit.attribution import Actor, Via
from capture.events import RowStruck
from capture.following import Saved, follows
from casebook.models import FormStatus
from casebook.selectors import binder_of
from casebook.sheets import Binder
from outcomes import services
from outcomes.evidence import withdrawn_from_everything_on
from outcomes.vocabulary import ContactResult
from safety.services import propose, retire_sheets


def may_be_infused(binder: Binder) -> bool:
    """Tell whether no withdrawal, of whatever kind, forbids a second infusion."""
    return not any(row.get("kind") and row.get("on") for row in binder.rows("WDR"))


@follows("WDR", "kind", "on")
def withdraw(saved: Saved) -> None:
    """End infusions, whatever the kind; from everything: end the study."""
    if not may_be_infused(saved.binder):
        services.close_infusion_2(saved.participant, via=saved.via)
    if withdrawn_from_everything_on(saved.binder) and saved.binder.rows("RAN"):
        propose(saved.participant, "EOS", via=saved.via)


@follows(RowStruck)
def revoke(event: RowStruck, by: Actor, via: Via) -> None:
    """Open again what a revoked withdrawal had closed."""
    del by
    form = event.form
    if form.code != "WDR" or not form.struck_at:
        return
    binder = binder_of(form.participant)
    if may_be_infused(binder):
        services.reopen_infusion_2(form.participant, via=via)
    if not withdrawn_from_everything_on(binder) and not binder.rows("DTH"):
        retire_sheets(form.participant, "EOS", via=via)


@follows("CAL", "result")
def expect_death_form(saved: Saved) -> None:
    """Ask for the death form when a call reports a death."""
    if saved.sheet.get("result") == ContactResult.DEATH_REPORTED:
        propose(saved.participant, "DTH", via=saved.via)


@follows("OM3")
def propose_end(saved: Saved) -> None:
    """Ask for the end of study after the last outcome."""
    if saved.form.status == FormStatus.COMPLETE:
        propose(saved.participant, "EOS", via=saved.via)
