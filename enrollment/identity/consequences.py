"""What follows from the values by which two numbers may be one person."""

from enrollment.identity import services
from record.capture.save_hooks import Saved


def ask_about_birth(saved: Saved) -> None:
    services.ask_about_birth(saved.participant)
