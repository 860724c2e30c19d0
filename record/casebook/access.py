"""What a role may see and enter of the forms, before any page asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet

from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.models import Participant
from trial_edc.protocol import PROTOCOL

# What a limited right to read casebooks (catalogue §8, notes b and d) leaves.
LIMITED_TO = {
    Limit.INFUSION_TIMES: frozenset({"RAN", "IRQ", "INF"}),
    Limit.SAFETY_FORMS: frozenset({"AE", "SAE", "SPA", "DTH", "PRG", "INF"}),
}

# Of these forms, notes a (identity) and b (when and how much ran in) leave these items.
LIMITED_ITEMS = {
    Limit.IN_PATIENTS: {"CTC": frozenset({"name", "hospital_no"})},
    Limit.INFUSION_TIMES: {
        "RAN": frozenset({"randomised_at", "randomised_by", "randomisation_no"}),
        "INF": frozenset(
            {"given", "not_given_reason", "started_at", "stopped_at", "volume_ml"}
        ),
    },
}

# The item that bears the name on a form that tells no name otherwise.
SIGNED_CONSENT = {"CNS": "signed_scan"}


Held = TypeVar("Held", bound=QuerySet[Any])
Reach = Callable[[], QuerySet[Participant]]
_REACHES: dict[Limit, Reach] = {}


def reaches(limit: Limit) -> Callable[[Reach], Reach]:
    """Declare which participants a limited right to read casebooks reaches.

    The room that knows where participants are says it; every list asks here, so that
    none shows a link which the page behind it refuses.
    """

    def declare(reach: Reach) -> Reach:
        _REACHES[limit] = reach
        return reach

    return declare


def within_reach(user: User, held: Held, path: str = "participant") -> Held:
    """Leave the rows whose participant, at `path`, the person may read about."""
    limit = user.limit(Permission.READ_CASEBOOK)
    reach = _REACHES.get(limit) if limit else None
    return held.filter(**{f"{path}__in": reach()}) if reach else held


def may_see(user: User, design: FormDesign) -> bool:
    if not user.may(design.seen_by):
        return False
    limit = user.limit(design.seen_by)
    allowed = LIMITED_TO.get(limit) if limit else None
    return allowed is None or design.code in allowed


def may_enter(user: User, design: FormDesign) -> bool:
    """Tell whether the role may enter data into forms of this design."""
    return not design.system_made and any(user.may(p) for p in design.entered_by)


def visible_codes(user: User) -> list[str]:
    return [d.code for d in catalogue.designs().values() if may_see(user, d)]


def may_on(user: User, permission: Permission, design: FormDesign) -> bool:
    """Tell whether the role may do this on forms of this design, limits included."""
    if not user.may(permission) or not may_see(user, design):
        return False
    limit = user.limit(permission)
    if limit == Limit.RESTRICTED_FORMS:
        return design.is_restricted
    if limit == Limit.OWN_BEDSIDE:
        return Permission.ENTER_BEDSIDE in design.entered_by
    allowed = LIMITED_TO.get(limit) if limit else None
    return allowed is None or design.code in allowed


def visible_items(user: User, design: FormDesign) -> frozenset[str]:
    limit = user.limit(design.seen_by)
    limited = LIMITED_ITEMS.get(limit, {}) if limit else {}
    seen = limited.get(design.code, frozenset(design.items))
    return frozenset(name for name in seen if may_see_item(user, design, name))


def may_see_item(user: User, design: FormDesign, name: str) -> bool:
    """Tell whether the role may see an item that may name a person.

    A limited right to identity holds only for the items that its note leaves. A signed
    consent is for the site alone, unless a setting opens it to who checks consents.
    """
    if not design.items[name].facts.identity:
        return True
    if name == SIGNED_CONSENT.get(design.code) and user.may(Permission.CHECK_CONSENT):
        return PROTOCOL.consent.scan_open_to_monitor
    if not user.may(Permission.SEE_IDENTITY):
        return False
    limit = user.limit(Permission.SEE_IDENTITY)
    left = LIMITED_ITEMS.get(limit, {}) if limit else {}
    return limit is None or name in left.get(design.code, ())
