"""Messages to those who watch over the system."""

from record.accounts.models import User
from record.accounts.roles import Role
from record.notices.services.outbox import queue
from trial_edc import clock

WATCHERS = (Role.AD, Role.DM)


def notify_watchers(occasion: str, subject: str, text: str, **details: object) -> None:
    """Once a day at most; call it inside an attributed transaction."""
    queue(
        occasion=occasion,
        key=f"{occasion}:{clock.today()}",
        to=User.objects.filter(role__in=WATCHERS, is_active=True),
        subject=subject,
        text=text,
        details=details,
    )
