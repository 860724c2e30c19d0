"""Reads of the study as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from randomization.models import RestrictedStatement, StudyStatusChange
from randomization.vocabulary import PAUSED, StudyStatus
from record.accounts.models import User
from record.audit.models import Confidentiality
from record.audit.vault import Purpose, keyed_hash
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from record.casebook.vocabulary import VerificationState
from record.lock.readiness import OpenLine
from record.review.models import WAITING, Query
from record.review.selectors.verification import complete_forms, sealed_lines


def study_status() -> StudyStatus:
    last = last_step()
    return StudyStatus(last.status) if last else StudyStatus.SETUP


def last_step() -> StudyStatusChange | None:
    """The steps follow each other as they were taken, whatever a clock said."""
    return StudyStatusChange.objects.exclude(in_force_at=None).order_by("id").last()


def pause() -> StudyStatusChange | None:
    """Step that paused randomization or infusions; None while neither is paused."""
    last = last_step()
    return last if last and last.status in PAUSED else None


def infusions_paused_at() -> datetime | None:
    step = pause()
    stops = step is not None and step.status == StudyStatus.PAUSED_INFUSION
    return step.in_force_at if step and stops else None


def were_infusions_paused(at: datetime) -> bool:
    steps = StudyStatusChange.objects.filter(in_force_at__lte=at)
    last = steps.order_by("id").last()
    return last is not None and last.status == StudyStatus.PAUSED_INFUSION


def proposals() -> QuerySet[StudyStatusChange]:
    return StudyStatusChange.objects.filter(in_force_at=None, withdrawn_at=None)


def steps_to_confirm(user: User) -> QuerySet[StudyStatusChange]:
    """Those of the other of the two who must agree."""
    return proposals().exclude(decided_by__blinding=user.blinding)


def status_changes() -> QuerySet[StudyStatusChange]:
    changes = StudyStatusChange.objects.select_related("decided_by", "confirmed_by")
    return changes.order_by("-id")


@dataclass(frozen=True)
class OutstandingForm:
    """A restricted form that is not ready, and why; for the unblinded monitor."""

    form: FormInstance
    reason: str


def _restricted_forms() -> QuerySet[FormInstance]:
    forms = FormInstance.objects.filter(
        confidentiality=Confidentiality.RESTRICTED, struck_at=None
    )
    return forms.order_by("id")


def outstanding_forms(user: User) -> list[OutstandingForm]:
    verified = {
        line.form.pk
        for line in sealed_lines(complete_forms(user))
        if line.state == VerificationState.VERIFIED
    }
    with_open_query = set(_open_queries().values_list("form", flat=True))
    forms = _restricted_forms().prefetch_related("participant", "signatures")
    return [
        OutstandingForm(form, reason)
        for form in sorted(forms, key=lambda form: form.participant.sequence)
        for reason in _outstanding_reasons(form, verified, with_open_query)
    ]


def _outstanding_reasons(
    form: FormInstance, verified: set[int], with_open_query: set[int]
) -> Iterator[str]:
    if form.status != FormStatus.COMPLETE:
        if form.due_on or form.status != FormStatus.NOT_STARTED:
            yield _("not complete")
        return
    is_signed = any(signature.holds_for(form) for signature in form.signatures.all())
    if catalogue.design(form.code).signature is not None and not is_signed:
        yield _("not signed")
    if form.pk in with_open_query:
        yield _("a query is not closed")
    if form.pk not in verified:
        yield _("not verified")


def _open_queries() -> QuerySet[Query]:
    queries = Query.objects.filter(state__in=WAITING)
    return queries.filter(form__confidentiality=Confidentiality.RESTRICTED)


def restricted_forms_hash() -> str:
    revisions = _restricted_forms().values_list("id", "revision", "digest")
    text = ";".join(f"{key}:{revision}:{digest}" for key, revision, digest in revisions)
    return keyed_hash(Purpose.PRODUCT, text)


def restricted_statement() -> RestrictedStatement | None:
    """The statement of readiness, while nothing has changed since."""
    last = RestrictedStatement.objects.select_related("stated_by").last()
    if (
        last is None
        or last.bound != restricted_forms_hash()
        or _open_queries().exists()
    ):
        return None
    return last


def is_restricted_part_ready() -> bool:
    """All that the lock checklist learns of the restricted part."""
    return restricted_statement() is not None


def restricted_part_not_ready() -> Iterator[OpenLine]:
    """Products are accounted for in the restricted part; yes or no, no counts."""
    if not is_restricted_part_ready():
        yield OpenLine("", "PRD, DVP", reverse("randomization:study"))
