"""Django application of the safety room."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """Checks and facts of this room are registered when its modules are imported."""

    name = "safety"
