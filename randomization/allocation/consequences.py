"""What the randomization froze stays."""

from randomization.allocation import selectors as allocation_selectors
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.casebook.checks import Finding
from trial_edc.vocabulary import N_, Severity


def keep_randomization_record(saved: Saved) -> None:
    """Only the randomization itself writes this form (S03)."""
    allocation = allocation_selectors.allocation_of(saved.participant)
    is_first = saved.before.get("randomised_at") is None
    if allocation and is_first:
        saved_values = (
            saved.data.get("randomisation_no"),
            saved.data.get("randomised_at"),
        )
        minute = allocation.randomised_at.replace(second=0, microsecond=0)
        if saved_values == (allocation.code, minute):
            return
    message = N_("The randomization record is written by the system alone.")
    item = min(saved.changed)
    raise SaveRefused([Finding("RAN-01", item, Severity.HARD, message)])
