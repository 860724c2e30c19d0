"""Django application of the monitoring room."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """It has no tables of its own."""

    name = "monitoring"
