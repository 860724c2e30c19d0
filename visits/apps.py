"""The visits room."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """See docs for what this room holds."""

    name = "visits"
