"""Code breaks that follow from the bedside record."""

from randomization.code_breaks.services.code_breaks import record_seen_product
from record.capture.save_hooks import Saved


def enter_accidental_code_break(saved: Saved) -> None:
    record_seen_product(saved)
