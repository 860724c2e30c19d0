"""The cast: one person a role, made through the services."""

from typing import Any

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Role
from record.accounts.selectors import is_signer
from record.accounts.services import accounts as services
from record.accounts.services.signing import acknowledge_signature
from record.audit.attribution import Process, Source
from trial_edc import clock

PASSWORD = "correct horse 42"
STAGE = Process("tests")


def person(role: str = Role.CO, **details: Any) -> User:
    """Return an account of the role; it signs in with `PASSWORD` only if that is given.

    Whoever may sign has acknowledged what that means, unless `acknowledges` is False.
    Without a password `client.force_login` still works, and nothing is hashed.
    """
    details.setdefault("username", role.lower())
    details.setdefault("must_change_password", False)
    is_bound = details.pop("acknowledges", True)
    user = services.create_account(
        full_name=details.pop("full_name", f"{Role(role).label} Doe"),
        email=details.pop("email", f"{details['username']}@example.org"),
        role=role,
        by=STAGE,
        via=Source.COMMAND,
        **details,
    )
    if is_bound and user.is_active and is_signer(user):
        acknowledge_signature(user=user, proof=ReAuthenticated(user.pk, clock.now()))
    return user
