"""The capture room: save, merge, drafts; calls checks, queries, consequences."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CaptureConfig(AppConfig):
    """Loads each room's consequences once all rooms are there."""

    name = "record.capture"
    label = "capture"

    def ready(self) -> None:
        """Load consequences, and what foretells them, in the order of the rooms."""
        autodiscover_modules("consequences", "foretelling")
