"""The accounts room: who works here and what each may do."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """Users, roles, sign-in and session rules; no clinical data."""

    name = "record.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Leave `last_login` to the sign-in service, whose write is attributed."""
        user_logged_in.disconnect(dispatch_uid="update_last_login")
