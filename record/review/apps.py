"""The review room."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """See docs for what this room holds."""

    name = "record.review"
    label = "review"
