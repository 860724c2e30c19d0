"""Freezing and locking, as far as the reader may."""

from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook.models import FormInstance


def closing_actions(form: FormInstance, user: User) -> list[tuple[str, str]]:
    """Each action with its words."""
    actions = []
    if user.may(Permission.FREEZE) and form.locked_at is None:
        is_frozen = form.frozen_at is not None
        actions.append(("thaw", _("Thaw")) if is_frozen else ("freeze", _("Freeze")))
    if user.may(Permission.LOCK):
        is_locked = form.locked_at is not None
        actions.append(("unlock", _("Unlock")) if is_locked else ("lock", _("Lock")))
    return actions
