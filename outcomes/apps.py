"""Django application of the outcomes room."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """Endpoints are derived on every read and never stored."""

    name = "outcomes"
