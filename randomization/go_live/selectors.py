"""What is in place of all that the first participant needs, and what is missing.

People, list and plan are needed everywhere. What belongs to the running of the system
(mail, backup, proof, workers, clocks) keeps no demo from opening.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from randomization.go_live.rules import Prerequisite, obstacles
from randomization.infusion_plan import selectors as infusion_plan
from randomization.lists import selectors as lists
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.selectors import with_second_factor
from record.audit import anchors, heartbeats
from record.audit.models import Seal
from record.backup import selectors as backups
from record.notices.channels import setup_problems
from record.notices.models import Channel, Message, MessageState
from record.notices.services.clock_watch import DATABASE_TIMES, seconds_apart
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

ROLES = (
    ("investigators", (Role.IN, Role.PI)),
    ("product_staff", (Role.UP, Role.PN)),
    ("unblinded_monitors", (Role.UM,)),
    ("list_custodians", (Role.LC,)),
    ("unblinded_statisticians", (Role.US,)),
    ("safety_officers", (Role.SO,)),
    ("administrators", (Role.AD,)),
)


@implements("INF-05")
def prerequisites() -> list[Prerequisite]:
    return [
        *_people(),
        Prerequisite(_("Allocation list"), _list_problem(), page="randomization:study"),
        Prerequisite(_("Infusion plan"), plan_problem(), page=PLAN_PAGE),
        *_running(),
        *_advice(),
    ]


def missing() -> list[str]:
    """What keeps the study from opening, in the words of the page."""
    return obstacles(prerequisites())


PLAN_PAGE = "randomization:infusion_plan"


def plan_problem() -> str:
    if infusion_plan.present_plan() is not None:
        return ""
    return _(
        "Dose, volume, rate and premedication are not in force: principal investigator "
        "and safety officer enter and approve them under “Infusion plan”."
    )


def _list_problem() -> str:
    return "" if lists.slot_count() else _("No allocation list is sealed.")


def _people() -> Iterator[Prerequisite]:
    able = _able_by_role()
    for name, roles in ROLES:
        required = getattr(PROTOCOL.go_live, name)
        actual = sum(able.get(role.value, 0) for role in roles)
        labels = " / ".join(_(role.label) for role in roles)
        details = {"required": required, "roles": labels, "actual": actual}
        problem = ""
        if actual < required:
            problem = _people_message(roles) % details
        yield Prerequisite(labels, problem, page="accounts:users")


def _people_message(roles: tuple[Role, ...]) -> str:
    if any(role.value in settings.SECOND_FACTOR_ROLES for role in roles):
        return _(
            "%(roles)s: %(required)s must be active and have enrolled a second factor, "
            "not %(actual)s."
        )
    return _("%(roles)s: %(required)s must be active, not %(actual)s.")


def _able_by_role() -> Mapping[str, int]:
    """People who can act: delegated, and with the second factor that they need."""
    able = User.objects.filter(
        ~Q(role__in=settings.SECOND_FACTOR_ROLES) | with_second_factor(), is_active=True
    )
    today = clock.today()
    return Counter(person.role for person in able if person.is_delegated(today))


def _running() -> Iterator[Prerequisite]:
    limits, is_needed = PROTOCOL.go_live, not settings.DEMO
    minutes = timedelta(minutes=limits.heartbeat_minutes)
    problems = (
        (_("Mail"), _mail_problem()),
        (_("Proof of the record"), _proof_problem(limits.proof_hours)),
        (_("Backup"), _backup_problem()),
        (_("Worker of messages"), _worker_problem(heartbeats.MESSAGES, minutes)),
        (_("Worker of exports"), _worker_problem(heartbeats.EXPORTS, minutes)),
        (_("Clock"), _clock_problem()),
    )
    for topic, problem in problems:
        yield Prerequisite(topic, problem, is_needed=is_needed)


def _mail_problem() -> str:
    mails = Message.objects.filter(channel=Channel.EMAIL, recipient__isnull=False)
    last = mails.exclude(attempts=0).order_by("claimed_at").last()
    if last is None or not mails.filter(state=MessageState.SENT).exists():
        return _(
            "No mail has left the system yet: check EMAIL_URL and the page of messages."
        )
    if last.problem and last.state != MessageState.SENT:
        return _("The last mail did not leave: the page of messages says why.")
    return ""


def _proof_problem(hours: int) -> str:
    """A proof keeps the digest of the last seal; later seals await the next night."""
    proofs = anchors.anchors()
    if not proofs:
        return _(
            "The record was never proved: run manage.py verify_audit, or wait for "
            "the proof of the night."
        )
    before = clock.now() - timedelta(hours=hours)
    unproved = Seal.objects.filter(made_at__gt=proofs[-1].at, made_at__lt=before)
    if unproved.exists():
        return _("The last nightly proof of the record failed or did not run.")
    return ""


def _backup_problem() -> str:
    """By the acts that backups leave: web has no part in their folders."""
    last = backups.last_ended()
    if last is None:
        return _("No backup was made yet: see “Backup” in the operations manual.")
    if last.act == backups.FAILED:
        return _("The last backup failed: see “Backup” in the operations manual.")
    if backups.is_late():
        return _("The last backup is too old: see why the nightly one failed.")
    return ""


def _worker_problem(worker: str, limit: timedelta) -> str:
    if heartbeats.is_fresh(worker, limit):
        return ""
    return _(
        "The worker “%(worker)s” does not report: see whether it, beat and the broker "
        "run, and whether they share the folder of files with the web process."
    ) % {"worker": worker}


def _clock_problem() -> str:
    limit = PROTOCOL.staff_mail.clock_drift_seconds
    with connection.cursor() as cursor:
        cursor.execute(DATABASE_TIMES)
        database_at, last_entry_at = cursor.fetchone()
    if seconds_apart(clock.machine_time(), database_at, last_entry_at) <= limit:
        return ""
    return _(
        "The clocks of web and database differ by more than %(seconds)s seconds: set "
        "both by a time server."
    ) % {"seconds": limit}


def _advice() -> Iterator[Prerequisite]:
    for problem in setup_problems():
        yield Prerequisite(_("Messages to participants"), problem, is_needed=False)
    if not settings.NTP_SERVERS:
        problem = _("NTP_SERVERS is empty: no clock is compared with a time server.")
        yield Prerequisite(_("Time server"), problem, is_needed=False)
    if not settings.SUPPORT_CONTACT:
        problem = _(
            "SUPPORT_CONTACT is empty: who cannot sign in does not learn whom to call."
        )
        yield Prerequisite(_("Sign-in page"), problem, is_needed=False)
