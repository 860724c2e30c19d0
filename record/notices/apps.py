"""The notices room."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NoticesConfig(AppConfig):
    """The first room that hands work to a worker, so it brings the application up."""

    name = "record.notices"
    label = "notices"

    def ready(self) -> None:
        """Let tasks find the broker of the settings; load each room's guards."""
        import_module("trial_edc.celery")
        autodiscover_modules("guards")
