"""The notices room."""

from importlib import import_module

from django.apps import AppConfig

from trial_edc.rooms import load


class NoticesConfig(AppConfig):
    """The first room that hands work to a worker, so it brings the application up."""

    name = "record.notices"
    label = "notices"

    def ready(self) -> None:
        import_module("trial_edc.celery")
        load("send_checks", "work")
