"""Named events of accounts that other rooms act on."""

from dataclasses import dataclass

from record.accounts.models import User


@dataclass(frozen=True)
class AccountLocked:
    """Somebody tried to sign in too often; the name is empty where nobody has it."""

    username: str


@dataclass(frozen=True)
class PasswordLinkNeeded:
    """A person has to set a password through a link."""

    user: User


@dataclass(frozen=True)
class RoleLeft:
    """A person acts in a role no more: closed, moved, or outside the delegation."""

    user: User
    role: str
