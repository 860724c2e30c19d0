"""What follows in this room from forms and events of lower rooms and of visits."""

from randomization import selectors
from randomization.models.record import FROZEN
from randomization.code_breaks.services.code_breaks import note_seen_product
from randomization.product.services.preparing import require_handover_allowed
from randomization.product.services.product import (
    expect_product,
    raise_wrong_product,
    release_product,
    require_fitting,
    require_infusions_running,
    take_from_lot,
)
from record.audit.attribution import Actor, Via
from record.capture.events import FormSigned
from record.capture.save_hooks import Saved, follows
from record.capture.problems import Refused
from record.casebook.checks import Finding
from trial_edc.vocabulary import N_, Severity


@follows("RAN", *FROZEN)
def keep_randomisation_record(saved: Saved) -> None:
    """Refuse whatever was not frozen by the act of randomising itself (S03)."""
    allocation = selectors.allocation_of(saved.participant)
    is_first = saved.before.get("randomised_at") is None
    if allocation and is_first:
        said = saved.sheet.get("randomisation_no"), saved.sheet.get("randomised_at")
        minute = allocation.randomised_at.replace(second=0, microsecond=0)
        if said == (allocation.code, minute):
            return
    message = N_("The randomization record is written by the system alone.")
    item = min(saved.changed)
    raise Refused([Finding("RAN-01", item, Severity.HARD, message)])


@follows(FormSigned)
def request_signed(event: FormSigned, by: Actor, via: Via) -> None:
    """Expect the product once a request to go is signed."""
    del by, via
    if event.form.code == "IRQ":
        require_infusions_running(event.form)
        expect_product(event.form)


@follows("IRQ", "decision")
def request_changed(saved: Saved) -> None:
    """Stop waiting for a product that is no longer wanted."""
    if saved.sheet.get("decision") != "go":
        release_product(saved.form)


@follows("PRD", "lot", "product", "as_allocated")
def product_entered(saved: Saved) -> None:
    """Hold the product against lot and allocation; a wrong one is a deviation."""
    require_fitting(saved)
    raise_wrong_product(saved)


@follows("PRD", "lot", "containers", "out_of_storage_at", "prepared_at")
def containers_taken(saved: Saved) -> None:
    """Take the containers from the account of the lot."""
    take_from_lot(saved)


@follows("PRD", "handed_over_at", "handed_to")
def handed_over(saved: Saved) -> None:
    """Refuse a hand-over that two persons have not confirmed, or in a pause."""
    require_handover_allowed(saved)


@follows("INF", "cover_intact", "participant_saw")
def product_seen(saved: Saved) -> None:
    """Enter an accidental code break."""
    note_seen_product(saved)
