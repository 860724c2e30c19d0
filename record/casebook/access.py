"""What a role may see and enter of the forms."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from record.accounts.models import User
from record.accounts.roles import LIMITS_OF_FORMS, Limit, Permission
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.items import Item
from record.casebook.models import Participant
from trial_edc.protocol import PROTOCOL

QuerySetT = TypeVar("QuerySetT", bound=QuerySet[Any])
Reach = Callable[[], QuerySet[Participant]]
_REACHES: dict[Limit, Reach] = {}


def reaches(limit: Limit) -> Callable[[Reach], Reach]:
    """Declare which participants a limited right to read casebooks reaches.

    Every list uses it, so that none shows a link that the page behind it refuses.
    """

    def declare(reach: Reach) -> Reach:
        _REACHES[limit] = reach
        return reach

    return declare


def within_reach(user: User, rows: QuerySetT, path: str = "participant") -> QuerySetT:
    return rows.filter(reach_of(user, path))


def reach_of(user: User, path: str = "participant") -> Q:
    limit = user.limit(Permission.READ_CASEBOOK)
    reach = _REACHES.get(limit) if limit else None
    return Q(**{f"{path}__in": reach()}) if reach else Q()


def sees_whole_casebooks(user: User) -> bool:
    """Every blinded form, of the participants within reach."""
    limit = user.limit(Permission.READ_CASEBOOK)
    return user.may(Permission.READ_CASEBOOK) and limit not in LIMITS_OF_FORMS


def may_see(user: User, design: FormDesign) -> bool:
    if not user.may(design.seen_by):
        return False
    return _is_within(user.limit(design.seen_by), design)


def _is_within(limit: Limit | None, design: FormDesign) -> bool:
    return limit not in LIMITS_OF_FORMS or limit in design.limits


def may_enter(user: User, design: FormDesign, *, by_system: bool = False) -> bool:
    """What the system makes is written `by_system` alone, in the name of a person."""
    is_typed = by_system or not design.system_made
    return is_typed and any(user.may(p) for p in design.entered_by)


def may_answer(user: User, item: Item) -> bool:
    return not item.facts.judged or user.may(Permission.JUDGE)


def may_strike(user: User, design: FormDesign) -> bool:
    """A row of a log; a single form only where an investigator may revoke it."""
    may_revoke = design.is_revocable and user.may(Permission.JUDGE)
    return may_enter(user, design) and (design.is_repeated or may_revoke)


def visible_codes(user: User) -> list[str]:
    return [d.code for d in catalogue.designs().values() if may_see(user, d)]


def may_on(user: User, permission: Permission, design: FormDesign) -> bool:
    if not user.may(permission) or not may_see(user, design):
        return False
    limit = user.limit(permission)
    if limit == Limit.RESTRICTED_FORMS:
        return design.is_restricted
    if limit == Limit.OWN_BEDSIDE:
        return Permission.ENTER_BEDSIDE in design.entered_by
    return _is_within(limit, design)


def visible_items(user: User, design: FormDesign) -> frozenset[str]:
    limit = user.limit(design.seen_by)
    names = design.items_within.get(limit, design.items) if limit else design.items
    return frozenset(name for name in names if may_see_item(user, design, name))


def may_see_item(user: User, design: FormDesign, name: str) -> bool:
    """A limited right to identity reaches only the items that the form declares for it.

    A signed consent is for the site alone, unless a setting opens it to who checks it.
    """
    if not design.items[name].facts.identity:
        return True
    if name == design.checked_scan and user.may(Permission.CHECK_CONSENT):
        return PROTOCOL.consent.scan_open_to_monitor
    if not user.may(Permission.SEE_IDENTITY):
        return False
    limit = user.limit(Permission.SEE_IDENTITY)
    return limit is None or name in design.items_within.get(limit, ())
