"""Which changes of an account take two persons, and when an account counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from record.accounts.roles import (
    LEARN_AN_ARM,
    BlindingClass,
    Permission,
    blinding_class,
    has,
)
from record.accounts.vocabulary import AccessChange


@dataclass(frozen=True, slots=True)
class Delegation:
    """First and last day; an open end is no limit."""

    first: date | None
    last: date | None

    @property
    def limits(self) -> tuple[date, date]:
        return self.first or date.min, self.last or date.max

    def covers(self, on: date) -> bool:
        first, last = self.limits
        return first <= on <= last

    def exceeds(self, other: "Delegation") -> bool:
        """Whether it covers a day that the other one does not."""
        first, last = self.limits
        other_first, other_last = other.limits
        return first < other_first or last > other_last

    def lasts(self, today: date) -> bool:
        """Whether it covers today and no date ends it."""
        return self.last is None and self.covers(today)


def can_learn_an_arm(role: str) -> bool:
    return any(has(role, permission) for permission in LEARN_AN_ARM)


def is_guarded(role: str) -> bool:
    """Whether nobody changes alone how such an account is entered.

    Those who are blinded are let in again by one administrator, also investigators at
    night; of them only the principal investigator decides about others' accounts.
    """
    is_blinded = blinding_class(role) == BlindingClass.BLINDED
    return not is_blinded or has(role, Permission.APPROVE_DELEGATION)


def needs_second_person(change: AccessChange, *, role: str, new_role: str = "") -> bool:
    """`role` is the present one. What only takes away takes one person."""
    match change:
        case AccessChange.ADDRESS:
            return True
        case AccessChange.OPENING:
            return can_learn_an_arm(role)
        case AccessChange.ROLE:
            return is_guarded(role) or can_learn_an_arm(new_role)
        case (
            AccessChange.DELEGATION
            | AccessChange.PASSWORD_RESET
            | AccessChange.FACTOR_REVOKED
            | AccessChange.UNLOCKING
        ):
            return is_guarded(role)
    return False


def mailbox(address: str) -> str:
    """Equal for addresses whose mail one person reads: case and a tag do not count."""
    name, _at, domain = address.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def resets_from(address_changed_at: datetime | None, hours: int) -> datetime | None:
    """When an account may be reset again after its address was changed."""
    return address_changed_at + timedelta(hours=hours) if address_changed_at else None


def is_copy(*, counted: int, shown: int) -> bool:
    """Whether a passkey shows a count that was there already: another device has it.

    Passkeys that are kept in step between devices do not count: they show 0 for ever.
    """
    return counted > 0 and shown <= counted
