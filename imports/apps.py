"""The laboratory files face."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """See docs for what this face holds."""

    name = "imports"
