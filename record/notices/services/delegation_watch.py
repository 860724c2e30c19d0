"""Tells who keeps accounts that a delegation has ended by its date."""

from datetime import timedelta

from django.utils.translation import gettext_lazy

from record.accounts.events import RoleLeft
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.selectors import people_in
from record.audit.attribution import Process, Source, attributed
from record.audit.events import announce
from record.notices.services.outbox import queue
from trial_edc import clock
from trial_edc.vocabulary import N_

WATCH = Process("delegation-watch")
LOOKBACK = timedelta(days=7)  # days without a worker that lose no message


def notify_of_ended_delegations() -> int:
    """Queue one message for each delegation that has ended; return how many are new."""
    today = clock.today()
    ended = User.objects.filter(
        is_active=True,
        delegated_until__lt=today,
        delegated_until__gte=today - LOOKBACK,
    )
    return sum(map(_notify, ended.order_by("pk")))


def _notify(user: User) -> bool:
    with attributed(by=WATCH, via=Source.TASK):
        messages = queue(
            occasion="delegation_ended",
            key=f"delegation_ended:{user.pk}:{user.delegated_until}",
            to=people_in(Role.DM, Role.AD),
            subject=N_("The delegation of %(name)s has ended"),
            text=N_(
                "%(name)s (%(role)s) was delegated until %(until)s and can no longer "
                "sign in. Renew the delegation, or close the account."
            ),
            details={
                "name": user,
                "role": gettext_lazy(Role(user.role).label),
                "until": user.delegated_until,
            },
        )
        if messages:
            announce(RoleLeft(user, user.role), by=WATCH, via=Source.TASK)
    return bool(messages)
