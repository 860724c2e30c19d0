"""What follows from requests and product records."""

from randomization.product.services.preparation import require_handover_allowed
from randomization.product.services.product import (
    clear_product_due_date,
    create_product_record,
    dispense_from_lot,
    raise_wrong_product_deviation,
    require_infusions_not_paused,
    require_lot_and_allocation_to_match,
)
from record.audit.attribution import Actor, Source
from record.capture.events import FormSigned
from record.capture.save_hooks import Saved


def create_record_of_signed_request(event: FormSigned, by: Actor, via: Source) -> None:
    del by, via
    if event.form.code == "IRQ":
        require_infusions_not_paused(event.form)
        create_product_record(event.form)


def clear_due_date_of_withdrawn_request(saved: Saved) -> None:
    if saved.data.get("decision") != "go":
        clear_product_due_date(saved.form)


def check_product(saved: Saved) -> None:
    require_lot_and_allocation_to_match(saved)
    raise_wrong_product_deviation(saved)


def dispense_containers(saved: Saved) -> None:
    dispense_from_lot(saved)


def require_handover(saved: Saved) -> None:
    require_handover_allowed(saved)
