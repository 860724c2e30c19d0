"""The safety room."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """See docs for what this room holds."""

    name = "safety"
