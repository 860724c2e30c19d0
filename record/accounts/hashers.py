"""Passwords are compared two at a time: each takes 100 MB and a processor."""

from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2  # in a process
_turn = BoundedSemaphore(AT_ONCE)


class Argon2InTurn(Argon2PasswordHasher):
    """Leaves memory and processors to pages while many people sign in."""

    def encode(self, *args: Any, **options: Any) -> str:
        with _turn:
            return str(super().encode(*args, **options))

    def verify(self, *args: Any, **options: Any) -> bool:
        with _turn:
            return bool(super().verify(*args, **options))
