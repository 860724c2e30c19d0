"""The capture room: save, merge, drafts; calls checks, queries, consequences."""

from django.apps import AppConfig

from trial_edc.rooms import load


class CaptureConfig(AppConfig):
    """Loads what the rooms show of a save before it is stored."""

    name = "record.capture"
    label = "capture"

    def ready(self) -> None:
        load("impact_previews")
