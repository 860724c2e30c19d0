"""A product that was seen is an accidental code break."""

from randomization.code_breaks.services.code_breaks import note_seen_product
from record.capture.save_hooks import Saved


def enter_accidental_code_break(saved: Saved) -> None:
    note_seen_product(saved)
