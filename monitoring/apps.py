"""Django application of the monitoring room."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Its tables are of the reviews of the audit trail."""

    name = "monitoring"
