"""The lock room."""

from django.apps import AppConfig


class LockConfig(AppConfig):
    """See docs for what this room holds."""

    name = "record.lock"
    label = "lock"
