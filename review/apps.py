"""The review room."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """See docs for what this room holds."""

    name = "review"
