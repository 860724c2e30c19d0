"""What follows from requests and product records."""

from randomization.product.services.preparing import require_handover_allowed
from randomization.product.services.product import (
    expect_product,
    raise_wrong_product,
    release_product,
    require_fitting,
    require_infusions_running,
    take_from_lot,
)
from record.audit.attribution import Actor, Source
from record.capture.events import FormSigned
from record.capture.save_hooks import Saved


def expect_signed_product(event: FormSigned, by: Actor, via: Source) -> None:
    """Expect the product once a request to go is signed."""
    del by, via
    if event.form.code == "IRQ":
        require_infusions_running(event.form)
        expect_product(event.form)


def release_unwanted_product(saved: Saved) -> None:
    """Stop waiting for a product that is no longer wanted."""
    if saved.data.get("decision") != "go":
        release_product(saved.form)


def compare_product(saved: Saved) -> None:
    """Hold the product against lot and allocation; a wrong one is a deviation."""
    require_fitting(saved)
    raise_wrong_product(saved)


def take_containers(saved: Saved) -> None:
    take_from_lot(saved)


def require_handover(saved: Saved) -> None:
    """Refuse a hand-over that two persons have not confirmed, or in a pause."""
    require_handover_allowed(saved)
