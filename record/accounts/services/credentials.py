"""What sessions rest on: the password of an account and its access version."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.problems import AccountRefused


def update(user: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=[*values])


def end_sessions(user: User) -> None:
    """End every session, and a sign-in that waits for its second factor."""
    account = User.objects.filter(pk=user.pk)
    account.update(access_version=F("access_version") + 1)
    user.refresh_from_db(fields=("access_version",))


def require_present(user: User) -> None:
    """Refuse what a session does whose account was closed or reset this very moment."""
    present = User.objects.select_for_update().get(pk=user.pk)
    read = (user.access_version, user.password, True)
    if (present.access_version, present.password, present.is_active) != read:
        raise AccountRefused(_("The account was changed this moment. Sign in again."))


def disable_password(user: User) -> None:
    user.set_unusable_password()
    update(user, password=user.password)
