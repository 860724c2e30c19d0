"""Who had access at the end of a day, as the audit trail has it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import BlindingClass, Role
from record.accounts.rules import Delegation
from record.audit.models import Entry
from trial_edc.dates import site_midnight
from trial_edc.requirements import implements

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccessLine:
    """An account as it was at the end of the day."""

    username: str
    full_name: str
    role: str
    blinding: str
    is_active: bool
    delegation: Delegation
    opened_at: datetime
    last_sign_in_at: datetime | None
    on: date
    hides_sign_in: bool = False

    @property
    def role_text(self) -> str:
        return _(Role(self.role).label)

    @property
    def blinding_text(self) -> str:
        return _(BlindingClass(self.blinding).label)

    @property
    def may_sign_in(self) -> bool:
        return self.is_active and self.delegation.covers(self.on)


@implements("ACC-09")
def access_on(day: date) -> list[AccessLine]:
    """Every account there was; the open ones first. Two selects, however many."""
    until = site_midnight(day + timedelta(days=1))
    stored, opened = _values_until(until)
    signed_in = _last_sign_ins(until)
    lines = [
        AccessLine(
            username=values["username"],
            full_name=values["full_name"],
            role=values["role"],
            blinding=values["blinding"],
            is_active=values["is_active"],
            delegation=_delegation(values),
            opened_at=opened[key],
            last_sign_in_at=signed_in.get(key),
            on=day,
        )
        for key, values in stored.items()
    ]
    return sorted(lines, key=lambda line: (not line.is_active, line.username))


def access_shown_to(reader: User, day: date) -> list[AccessLine]:
    """Without when the unblinded worked, for a blinded reader: it tells of products."""
    if reader.blinding != BlindingClass.BLINDED:
        return access_on(day)
    return [
        replace(line, last_sign_in_at=None, hides_sign_in=True)
        if line.blinding == BlindingClass.UNBLINDED
        else line
        for line in access_on(day)
    ]


def _values_until(
    instant: datetime,
) -> tuple[dict[int, dict[str, Any]], dict[int, datetime]]:
    """Columns of each account as the last entry before the instant left them."""
    stored: dict[int, dict[str, Any]] = defaultdict(dict)
    opened: dict[int, datetime] = {}
    entries = Entry.objects.filter(table_name=User._meta.db_table, at__lt=instant)
    for entry in entries.exclude(row_id=None).order_by("id"):
        stored[entry.row_id or 0] |= entry.new_values
        opened.setdefault(entry.row_id or 0, entry.at)
    return stored, opened


def _last_sign_ins(until: datetime) -> dict[int, datetime]:
    acts = Entry.objects.filter(act="sign_in", at__lt=until)
    last = acts.values("actor_id").annotate(last=Max("at"))
    return {row["actor_id"]: row["last"] for row in last if row["actor_id"]}


def digest_of(lines: Iterable[AccessLine]) -> str:
    """Of what a review is about: its page posts the one that it showed.

    A sign-in between the two changes nothing of who has access.
    """
    compared = [replace(line, last_sign_in_at=None) for line in lines]
    return hashlib.sha256(repr(compared).encode()).hexdigest()


def _delegation(values: Values) -> Delegation:
    begins, ends = values.get("delegated_from"), values.get("delegated_until")
    return Delegation(
        date.fromisoformat(begins) if begins else None,
        date.fromisoformat(ends) if ends else None,
    )
