"""The notices room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """See docs for what this room holds."""

    name = "notices"
