"""Who may open a page, by the permissions of the role; others get a 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from record.accounts.models import User
from record.accounts.roles import Permission, persons
from record.audit.attribution import Actor
from trial_edc.requirements import implements

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User


StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


class NotPermitted(PermissionDenied):
    """The role holds none of the permissions that a page asks for.

    `person` is set where it must hold them as first or second of two persons.
    """

    def __init__(
        self, permissions: tuple[Permission, ...], person: int | None = None
    ) -> None:
        super().__init__(", ".join(permissions))
        self.permissions = permissions
        self.person = person


def may_be(user: User, person: int, permission: Permission) -> bool:
    return person in persons(user.role, permission)


def require_person(by: Actor, person: int, permission: Permission) -> None:
    """Raise `NotPermitted`; processes of the system pass."""
    if isinstance(by, User) and not may_be(by, person, permission):
        raise NotPermitted((permission,), person)


@implements("ACC-03")
def permitted(
    *permissions: Permission,
    person: int | None = None,
    when: Callable[[User], bool] = lambda _user: True,
) -> Callable[[StaffView[P]], Callable[Concatenate[Any, P], HttpResponseBase]]:
    """Open a view to roles that hold at least one of the permissions.

    `person` asks that they hold it as first or second of two persons; `when` narrows
    them, where a limited permission is not enough. The links of other pages ask the
    same (`is_open_to`), so none leads to a page that refuses.
    """

    def is_open_to(user: User) -> bool:
        return any(_holds(user, one, person) for one in permissions) and when(user)

    def decorate(
        view: StaffView[P],
    ) -> Callable[Concatenate[Any, P], HttpResponseBase]:
        @wraps(view)
        def checked(
            request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not is_open_to(request.user):
                raise NotPermitted(permissions, person)
            return view(request, *args, **kwargs)

        checked.is_open_to = is_open_to  # type: ignore[attr-defined]
        return checked

    return decorate


def _holds(user: User, permission: Permission, person: int | None) -> bool:
    if person is None:
        return user.may(permission)
    return may_be(user, person, permission)
