"""The monitoring room."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """See docs for what this room holds."""

    name = "monitoring"
