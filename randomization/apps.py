"""The randomization room."""

from django.apps import AppConfig


class RandomizationConfig(AppConfig):
    """See docs for what this room holds."""

    name = "randomization"
