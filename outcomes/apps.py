"""The outcomes room."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """Derives endpoints each time; stores none."""

    name = "outcomes"
