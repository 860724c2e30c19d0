"""Django application of the exports room."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Writes to no clinical table."""

    name = "exports"
