"""Reads on accounts and on the record of their sign-ins."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry

SIGN_IN_ACTS = (
    "sign_in",
    "sign_in_refused",
    "account_locked",
    "account_unlocked",
    "sign_out",
    "session_ended",
    "password_changed",
    "password_reset",
    "identity_refused",
)


def accounts() -> QuerySet[User]:
    """Return every account, the active ones first."""
    return User.objects.order_by("-is_active", "role", "username")


def administrators() -> QuerySet[User]:
    """Return the active accounts that administer."""
    return User.objects.filter(role=Role.AD, is_active=True)


def locked_usernames() -> set[str]:
    """Return the names that are locked out just now."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = (
        AccessAttempt.objects.filter(attempt_time__gte=since)
        .values("username")
        .annotate(failures=Sum("failures_since_start"))
    )
    limit = settings.AXES_FAILURE_LIMIT
    return {row["username"] for row in failures.filter(failures__gte=limit)}


def history_of(user: User) -> QuerySet[Entry]:
    """Return what was changed in an account, newest first."""
    return Entry.objects.filter(
        table_name=User._meta.db_table, row_id=user.pk
    ).order_by("-id")


def sign_ins(username: str = "") -> QuerySet[Entry]:
    """Return sign-ins, refusals and sign-outs, newest first; of one account or all."""
    entries = Entry.objects.filter(act__in=SIGN_IN_ACTS).order_by("-id")
    if username:
        entries = entries.filter(
            Q(actor=username) | Q(changes__username=username),
        )
    return entries
