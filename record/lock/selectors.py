"""Locks of the database and their proposals; what of the record itself is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Q, QuerySet
from django.urls import reverse

from record.audit.models import Confidentiality, DatabaseLock
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from record.casebook.vocabulary import TO_VERIFY
from record.lock.models import LockProposal
from record.lock.readiness import OpenLine, ReadinessCheck
from record.lock.vocabulary import LockAction
from record.review.models import WAITING, Query
from record.review.selectors import (
    address_of,
    in_tier,
    planned,
    unsigned,
    verification_plan,
)
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, VerificationTier


@dataclass(frozen=True)
class LockState:
    """The lock in force, its version, and the proposal that brought it."""

    lock: DatabaseLock
    version: int
    data_digest: str

    @property
    def stated(self) -> dict[str, object]:
        """As an export says it."""
        return {
            "version": self.version,
            "locked_at": self.lock.locked_at.isoformat(),
            "locked_by": self.lock.locked_by.username,
            "confirmed_by": self.lock.confirmed_by.username,
            "data_sha256": self.data_digest,
        }


def present_lock() -> LockState | None:
    lock = (
        DatabaseLock.objects.select_related("locked_by", "confirmed_by")
        .filter(unlocked_at=None)
        .first()
    )
    if lock is None:
        return None
    brought_by = lock.proposals.filter(action=LockAction.LOCK).first()
    digest = (brought_by and brought_by.data_digest) or ""
    return LockState(lock, version_of(lock), digest)


def version_of(lock: DatabaseLock) -> int:
    """Locks are counted, so a database that is locked again has the next version."""
    return DatabaseLock.objects.filter(pk__lte=lock.pk).count()


def proposals() -> QuerySet[LockProposal]:
    people = ("entered_by", "approved_by", "withdrawn_by", "lock")
    return LockProposal.objects.select_related(*people).order_by("-id")


def waiting_proposal() -> LockProposal | None:
    return proposals().filter(approved_at=None, withdrawn_at=None).first()


def line_of(form: FormInstance) -> OpenLine:
    address = reverse("entry:form", args=[form.pk])
    return OpenLine(form.participant.number, str(form), address)


def open_forms() -> QuerySet[FormInstance]:
    """Of casebooks that the two who lock may see, in the order of casebooks."""
    forms = FormInstance.objects.filter(
        confidentiality=Confidentiality.OPEN, struck_at=None
    )
    return forms.select_related("participant").order_by(
        "participant__sequence", "visit_number", "code", "occurrence", "pk"
    )


def drafts() -> Iterator[OpenLine]:
    yield from map(line_of, open_forms().filter(status=FormStatus.DRAFT))


def open_queries() -> Iterator[OpenLine]:
    is_open = Q(form=None) | Q(form__confidentiality=Confidentiality.OPEN)
    queries = Query.objects.filter(is_open, state__in=WAITING).select_related(
        "form__participant", "participant"
    )
    for query in sorted(queries, key=lambda query: (query.whose.sequence, query.pk)):
        about = query.form or query.log or query.visit
        what = f"{about} {query.item}".strip()
        yield OpenLine(query.whose.number, what, address_of(query))


def forms_to_sign() -> Iterator[OpenLine]:
    codes = [c for c, d in catalogue.designs().items() if d.signature is not None]
    complete = open_forms().filter(code__in=codes, status=FormStatus.COMPLETE)
    yield from map(line_of, unsigned(complete))


@implements("SDV-02")
def forms_to_verify(tier: VerificationTier) -> Iterator[OpenLine]:
    """Those of the tier that the plan of verification asks for."""
    complete = open_forms().filter(
        in_tier(tier), status=FormStatus.COMPLETE, verification__in=TO_VERIFY
    )
    yield from map(line_of, complete.filter(planned(verification_plan())))


def identity_forms() -> Iterator[OpenLine]:
    """One line for all of them: the data manager sees none."""
    is_open = Q(status=FormStatus.DRAFT) | Q(queries__state__in=WAITING)
    forms = FormInstance.objects.filter(
        is_open, confidentiality=Confidentiality.IDENTITY, struck_at=None
    )
    if forms.exists():
        yield OpenLine("", "CTC")


RECORD_CHECKS = (
    ReadinessCheck("drafts", N_("Forms begun and not complete"), drafts),
    ReadinessCheck("queries", N_("Queries not closed"), open_queries),
    ReadinessCheck("signatures", N_("Forms without a valid signature"), forms_to_sign),
    ReadinessCheck(
        "verification_critical",
        N_("Critical forms not verified against the source"),
        partial(forms_to_verify, VerificationTier.CRITICAL),
    ),
    ReadinessCheck(
        "verification_important",
        N_("Important forms of the sample not verified against the source"),
        partial(forms_to_verify, VerificationTier.IMPORTANT),
    ),
    ReadinessCheck(
        "verification_other",
        N_("Other forms of the sample not verified against the source"),
        partial(forms_to_verify, VerificationTier.OTHER),
    ),
    ReadinessCheck(
        "identity", N_("Contact forms not complete, or with queries"), identity_forms
    ),
)
