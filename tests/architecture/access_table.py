"""Which role may open which page: the written role matrix.

One row a URL name; a page without a row fails the build, and so does a row without a
page. `roles` are those that must get in; all others must get 403 (404 where a row says
`hidden`: a restricted record shows not even by its absence). `kwargs` builds what the
address needs, from the one world of the test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.roles import Role


@dataclass(frozen=True)
class World:
    """What the addresses of the sample pages may point to."""

    people: Mapping[str, User]

    @property
    def somebody(self) -> User:
        """Return an account that a page may be about."""
        return self.people["CO"]


@dataclass(frozen=True)
class Row:
    """Who may open a page."""

    roles: frozenset[str]
    kwargs: Callable[[World], dict[str, Any]] = lambda _world: {}
    hidden: bool = False
    public: bool = False


def everybody(**options: Any) -> Row:
    """Return a row that opens a page to each role."""
    return Row(frozenset(role.value for role in Role), **options)


def public(**options: Any) -> Row:
    """Return a row that opens a page without a session."""
    return everybody(public=True, **options)


def only(roles: str, **options: Any) -> Row:
    """Return a row that opens a page to the roles named, as in `only("CO IN PI")`."""
    return Row(frozenset(roles.split()), **options)


def _account(world: World) -> dict[str, Any]:
    return {"user_id": world.somebody.pk}


def _number(_world: World) -> dict[str, Any]:
    return {"number": "S-001R"}


ACCESS: dict[str, Row] = {
    # No room's own
    "healthz": public(),
    "set_language": public(),
    "gallery": everybody(),
    # accounts
    "accounts:sign_in": public(),
    "accounts:set_password": public(
        kwargs=lambda _world: {"uidb64": "MQ", "token": "used-already"}
    ),
    "accounts:sign_out": everybody(),
    "accounts:change_password": everybody(),
    "accounts:preferences": everybody(),
    "accounts:keep_alive": everybody(),
    "accounts:users": only("AD"),
    "accounts:add": only("AD"),
    "accounts:edit": only("AD", kwargs=_account),
    "accounts:set_role": only("AD", kwargs=_account),
    "accounts:deactivate": only("AD", kwargs=_account),
    "accounts:reactivate": only("AD", kwargs=_account),
    "accounts:reset_password": only("AD", kwargs=_account),
    "accounts:unlock": only("AD", kwargs=_account),
    "accounts:sign_in_history": only("AD"),
    # enrollment: roles that read only a part of the casebooks see no screening
    "enrollment:screening_log": only("CO IN PI MO DM BR UM"),
    "enrollment:register": only("CO IN PI"),
    "enrollment:eligibility": only("CO IN PI MO DM BR UM", kwargs=_number),
    "enrollment:rescreen": only("CO IN PI", kwargs=_number),
    "enrollment:close": only("CO IN PI", kwargs=_number),
}
