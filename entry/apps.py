"""The entry room."""

from django.apps import AppConfig


class EntryConfig(AppConfig):
    """See docs for what this room holds."""

    name = "entry"
