"""The accounts room: who works here and what each may do."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, sign-in and session rules; no clinical data."""

    name = "accounts"
