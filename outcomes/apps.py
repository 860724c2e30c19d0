"""The outcomes room."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """See docs for what this room holds."""

    name = "outcomes"
