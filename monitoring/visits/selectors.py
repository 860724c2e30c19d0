"""Monitoring visits, what was verified at them, and what is to be done after them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from monitoring.visits.models import (
    MonitoringVisit,
    VisitAction,
    VisitFinding,
    VisitReport,
)
from record.accounts.models import User
from record.accounts.roles import BlindingClass, Permission
from record.review.models import Verification
from record.review.rules import tier_of
from trial_edc.dates import site_midnight
from trial_edc.requirements import implements


def visits() -> QuerySet[MonitoringVisit]:
    """With the numbers of findings, and of actions that are open."""
    return MonitoringVisit.objects.select_related("monitor").annotate(
        findings_count=Count(
            "findings", filter=Q(findings__withdrawn_at=None), distinct=True
        ),
        open_actions=Count("actions", filter=Q(actions__closed_at=None), distinct=True),
    )


@implements("SDV-02")
def last_visit_ended_on(monitor: User) -> date | None:
    """The last day of the latest visit that this monitor has done."""
    mine = MonitoringVisit.objects.filter(monitor=monitor, ended_on__isnull=False)
    return mine.order_by("-ended_on").values_list("ended_on", flat=True).first()


@dataclass(frozen=True)
class ParticipantSeen:
    """How many forms of a participant were verified at a visit, by tier."""

    number: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@implements("MVL-01")
def participants_seen(visit: MonitoringVisit) -> list[ParticipantSeen]:
    """From the marks that the monitor made on the days of the visit, and that stand."""
    if visit.started_on is None or visit.ended_on is None:
        return []
    marks = Verification.objects.filter(
        by=visit.monitor_id,
        at__gte=site_midnight(visit.started_on),
        at__lt=site_midnight(visit.ended_on + timedelta(days=1)),
        withdrawn_at=None,
    ).order_by("form__participant__sequence")
    forms = marks.values_list("form__participant__number", "form__code", "form_id")
    seen: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, code, _form in dict.fromkeys(forms):
        seen[number][tier_of(code)] += 1
    return [ParticipantSeen(number, dict(counts)) for number, counts in seen.items()]


def findings_of(visit: MonitoringVisit) -> QuerySet[VisitFinding]:
    return visit.findings.select_related("participant", "noted_by")


def actions_of(visit: MonitoringVisit) -> QuerySet[VisitAction]:
    return visit.actions.select_related("owner", "closed_by")


def reports_of(visit: MonitoringVisit) -> QuerySet[VisitReport]:
    return visit.reports.order_by("-version")


def has_actions(user: User) -> bool:
    """Whether a person of this role may own an action."""
    is_blinded = user.blinding == BlindingClass.BLINDED
    return is_blinded and user.may(Permission.READ_CASEBOOK)


def sees_actions(user: User) -> bool:
    return has_actions(user) or user.may(Permission.READ_MONITORING)


def actions_visible_to(user: User) -> QuerySet[VisitAction]:
    """All of them for readers of reports, else one's own."""
    actions = VisitAction.objects.select_related("visit", "owner", "closed_by")
    if user.may(Permission.READ_MONITORING):
        return actions
    return actions.filter(owner=user)


def owners() -> list[User]:
    people = User.objects.filter(is_active=True).order_by("full_name")
    return [person for person in people if has_actions(person)]


def may_close(user: User, action: VisitAction) -> bool:
    is_ours = action.owner_id == user.pk or user.may(Permission.MONITOR_SITE)
    return is_ours and action.closed_at is None


def reports_to_acknowledge() -> QuerySet[VisitReport]:
    """The last version of each report that nobody acknowledged."""
    latest = VisitReport.objects.order_by("visit_id", "-version").distinct("visit_id")
    waiting = VisitReport.objects.filter(
        pk__in=latest.values("pk"), acknowledged_at=None
    )
    return waiting.select_related("visit").order_by("signed_at")
