"""Who may open a page, by the permissions of the role; others get a 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from record.accounts.models import User
from record.accounts.roles import Permission
from trial_edc.requirements import implements

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User


StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


class NotPermitted(PermissionDenied):
    """The role holds none of the permissions that a page asks for."""

    def __init__(self, permissions: tuple[Permission, ...]) -> None:
        """Keep the permissions; the page 403 names them."""
        super().__init__(", ".join(permissions))
        self.permissions = permissions


@implements("ACC-03")
def permitted(
    *permissions: Permission, when: Callable[[User], bool] = lambda _user: True
) -> Callable[[StaffView[P]], Callable[Concatenate[Any, P], HttpResponseBase]]:
    """Open a view to roles that hold at least one of the permissions.

    `when` narrows them, where a limited permission is not enough. The links of other
    pages ask the same (`is_open_to`), so none leads to a page that refuses.
    """

    def is_open_to(user: User) -> bool:
        return any(user.may(permission) for permission in permissions) and when(user)

    def decorate(
        view: StaffView[P],
    ) -> Callable[Concatenate[Any, P], HttpResponseBase]:
        @wraps(view)
        def checked(
            request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not is_open_to(request.user):
                raise NotPermitted(permissions)
            return view(request, *args, **kwargs)

        checked.is_open_to = is_open_to  # type: ignore[attr-defined]
        return checked

    return decorate
