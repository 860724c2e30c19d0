"""Messages in the queue, checked again after a save."""

from record.capture.save_hooks import Saved
from record.notices.services.outbox import withhold_outdated
from trial_edc.requirements import implements


@implements("REM-01")
def recheck_messages(saved: Saved) -> None:
    withhold_outdated(saved.participant)
