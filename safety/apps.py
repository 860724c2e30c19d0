"""The safety room."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """Loads nothing by itself; its checks, facts and consequences are found."""

    name = "safety"
