"""The room's app."""

from django.apps import AppConfig


class SampleRoomConfig(AppConfig):
    """Declares two forms and nothing else."""

    name = "tests.sample_room"
    label = "sample_room"
