"""Who may take a step of review on which form."""

from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.roles import Permission
from audit.attribution import Actor
from casebook import access, catalogue
from casebook.models import FormInstance


def require(by: Actor, permission: Permission, form: FormInstance) -> None:
    """Refuse a person who lacks the right, or has it for other forms only."""
    design = catalogue.design(form.code)
    if isinstance(by, User) and not access.may_on(by, permission, design):
        raise PermissionDenied
