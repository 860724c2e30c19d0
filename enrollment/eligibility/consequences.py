"""What was used for a randomization and is corrected later is told, once."""

from enrollment.eligibility.services import freezing
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved


def report_correction(saved: Saved) -> None:
    """Report a value of the screening that a randomization used."""
    freezing.tell_save(saved)


def report_struck_row(event: RowStruck, by: Actor, via: Source) -> None:
    """A row struck out after randomisation may have been used for it."""
    freezing.tell_row(event.form, by=by, via=via)
