"""The rights of review on forms."""

from django.core.exceptions import PermissionDenied

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Actor
from record.casebook import access, catalogue
from record.casebook.models import FormInstance


def require(by: Actor, permission: Permission, form: FormInstance) -> None:
    """Refuse a user without the permission on this form; a process has every right."""
    design = catalogue.design(form.code)
    if isinstance(by, User) and not access.may_on(by, permission, design):
        raise PermissionDenied
