"""The room's app; loaded by `make bench` alone."""

from django.apps import AppConfig


class BenchRoomConfig(AppConfig):
    """Holds nothing of the trial."""

    name = "bench.room"
    label = "bench_room"
