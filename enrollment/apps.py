"""The enrollment room."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """See docs for what this room holds."""

    name = "enrollment"
