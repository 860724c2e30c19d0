"""Named events of accounts that other rooms act on."""

from dataclasses import dataclass

from record.accounts.models import AccountProposal, User
from record.accounts.vocabulary import AccessChange


@dataclass(frozen=True)
class AccountLocked:
    """Somebody tried to sign in too often; the name is empty where nobody has it."""

    username: str


@dataclass(frozen=True)
class PasswordLinkNeeded:
    """A person has to set a password through a link.

    `is_reset` says that an administrator made the present password useless.
    """

    user: User
    is_reset: bool = False


@dataclass(frozen=True)
class RoleLeft:
    """A person acts in a role no more: closed, moved, or outside the delegation."""

    user: User
    role: str


@dataclass(frozen=True)
class AccountChanged:
    """How a person comes in, or what they may see, is changed.

    `address` is the e-mail address that stood before, where it is another now;
    `proposal` is what two persons agreed on, None where one sufficed. `ends_access`
    says that whatever was opened in the person's name before must end.
    """

    user: User
    change: AccessChange
    address: str = ""
    proposal: AccountProposal | None = None
    ends_access: bool = False


@dataclass(frozen=True)
class AccountChangeProposed:
    """A change of an account waits for a second person."""

    proposal: AccountProposal
