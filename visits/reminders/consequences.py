"""What stops a message that waits to be sent to a participant."""

from record.capture.save_hooks import Saved
from record.notices.services.outbox import withhold_outdated
from trial_edc.requirements import implements


@implements("REM-01")
def recheck_messages(saved: Saved) -> None:
    """What waits to be sent to the participant and is no longer right is stopped."""
    withhold_outdated(saved.participant)
