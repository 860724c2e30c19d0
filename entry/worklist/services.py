"""The morning's e-mail to staff: what waits for each of them, once a day.

It lists what "My work" lists, in the person's language; no mail on days without work.
The task runs every few minutes of the morning: what a killed worker left is written by
the next, and a morning without any worker is over at noon.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from structlog.stdlib import get_logger

from entry.models import DigestDay
from entry.worklist.selectors.work import totals, work_for
from record.accounts.models import User
from record.accounts.services.accounts import within_delegation
from record.audit.attribution import Process, Source, attributed
from record.notices.services.outbox import queue
from record.notices.work_items import SOON, WorkItem
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.statuses import LOOKS

OCCASION = "digest"
WRITER = Process("digest")
logger = get_logger(__name__)


@dataclass(frozen=True)
class Digest:
    """One person's mail."""

    subject: str
    text: str


def write_due() -> int:
    """Write the mails of this morning; return how many. Run often, safe to repeat."""
    now = clock.now().astimezone(dates.SITE_TZ)
    limits = PROTOCOL.staff_mail
    if not limits.digest_from <= now.time() < limits.digest_until:
        return 0
    if DigestDay.objects.filter(day=now.date()).exists():
        return 0
    written = write(now.date())
    with attributed(by=WRITER, via=Source.TASK):
        DigestDay.objects.get_or_create(day=now.date())
    return written


def write(day: date) -> int:
    """Queue the mails of a day that are not there yet; return how many.

    A failing mail stops no other: the problems are raised when all others are queued.
    """
    written, problems = 0, []
    for user in _recipients(day):
        try:
            written += _write_to(user, day)
        except (
            Exception
        ) as problem:  # the others come first, then all problems are raised
            logger.exception("morning mail failed", user_id=user.pk)
            problems.append(problem)
    if problems:
        message = "Not everybody has the morning's mail."
        raise ExceptionGroup(message, problems)
    return written


def key_of(day: date) -> str:
    return f"{OCCASION}:{day}"


def _recipients(day: date) -> Iterator[User]:
    subscribers: QuerySet[User] = User.objects.filter(is_active=True, morning_mail=True)
    recipients = User.objects.filter(messages__key=key_of(day))
    for user in subscribers.exclude(email="").exclude(pk__in=recipients):
        if within_delegation(user, day):
            yield user


def _write_to(user: User, day: date) -> int:
    digest = digest_for(user)
    if digest is None:
        return 0
    with attributed(by=WRITER, via=Source.TASK):
        return len(
            queue(
                occasion=OCCASION,
                key=key_of(day),
                to=[user],
                subject=digest.subject,
                text=digest.text,
            )
        )


def digest_for(user: User) -> Digest | None:
    """Somebody's mail, in their language; None while nothing waits for them."""
    with override(user.language or settings.LANGUAGE_CODE):
        items = work_for(user)
        if all(item.urgency == SOON for item in items):
            return None
        context = {
            "kinds": _by_kind(items),
            "work_page": _link(reverse("entry:my_work")),
            "preferences_page": _link(reverse("accounts:preferences")),
        }
        counts = _("%(all)s to do, %(overdue)s overdue, %(due)s due") % totals(items)
        return Digest(
            f"{PROTOCOL.registry.id}: {counts}",
            render_to_string("entry/worklist/mail/digest.txt", context),
        )


def _by_kind(items: list[WorkItem]) -> list[dict[str, Any]]:
    order = {kind: n for n, kind in reversed([*enumerate(i.kind for i in items)])}
    most = PROTOCOL.staff_mail.digest_lines
    placed = sorted(items, key=lambda item: order[item.kind])
    kinds = [(kind, list(group)) for kind, group in groupby(placed, lambda i: i.kind)]
    return [
        {
            "name": kind,
            "count": len(group),
            "lines": [(_words(item), _link(item.url)) for item in group[:most]],
            "more": max(0, len(group) - most),
        }
        for kind, group in kinds
    ]


def _words(item: WorkItem) -> str:
    state = _(LOOKS[item.look].word)
    text = "" if item.is_typed else item.text
    day = str(item.due_on or "")
    return ", ".join(filter(None, (item.participant, text, state, day)))


def _link(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
