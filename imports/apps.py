"""The laboratory files face."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """The app of laboratory files."""

    name = "imports"
