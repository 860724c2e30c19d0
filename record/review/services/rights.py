"""Who may take a step of review on which form."""

from django.core.exceptions import PermissionDenied

from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Actor
from record.casebook import access, catalogue
from record.casebook.models import FormInstance


def require(by: Actor, permission: Permission, form: FormInstance) -> None:
    """Refuse a person who lacks the right, or has it for other forms only."""
    design = catalogue.design(form.code)
    if isinstance(by, User) and not access.may_on(by, permission, design):
        raise PermissionDenied
