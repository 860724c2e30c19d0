"""Reads of the study as a whole."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, QuerySet

from randomization.allocation.rules.readiness import PAUSED
from randomization.models import (
    StudyStatusChange,
)
from randomization.vocabulary import (
    StudyStatus,
)
from record.accounts.models import User
from record.accounts.roles import Role


def study_status() -> StudyStatus:
    in_force = StudyStatusChange.objects.exclude(in_force_at=None)
    last = in_force.order_by("in_force_at", "id").last()
    return StudyStatus(last.status) if last else StudyStatus.SETUP


def pause() -> StudyStatusChange | None:
    """Step that paused randomization or infusions; None while neither is paused."""
    steps = StudyStatusChange.objects.exclude(in_force_at=None)
    last = steps.order_by("in_force_at", "id").last()
    return last if last and last.status in PAUSED else None


def infusions_paused_at() -> datetime | None:
    step = pause()
    stops = step is not None and step.status == StudyStatus.PAUSED_INFUSION
    return step.in_force_at if step and stops else None


def were_infusions_paused(at: datetime) -> bool:
    steps = StudyStatusChange.objects.filter(in_force_at__lte=at)
    last = steps.order_by("in_force_at", "id").last()
    return last is not None and last.status == StudyStatus.PAUSED_INFUSION


def status_changes() -> QuerySet[StudyStatusChange]:
    changes = StudyStatusChange.objects.select_related("decided_by", "confirmed_by")
    return changes.order_by("-id")


GO_LIVE_ROLES = (
    ("investigators", (Role.IN, Role.PI)),
    ("product_staff", (Role.UP, Role.PN)),
    ("unblinded_monitors", (Role.UM,)),
    ("list_custodians", (Role.LC,)),
    ("unblinded_statisticians", (Role.US,)),
    ("safety_officers", (Role.SO,)),
    ("administrators", (Role.AD,)),
)


def active_by_role() -> Mapping[str, int]:
    active = User.objects.filter(is_active=True).values_list("role")
    return dict(active.annotate(Count("id")))
