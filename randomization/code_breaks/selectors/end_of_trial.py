"""Reads on the end of the trial: is the restricted part ready, is the code opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from randomization.models import CodeOpening, RestrictedStatement
from record.accounts.models import User
from record.audit.models import Confidentiality, DatabaseLock
from record.audit.vault import Purpose, keyed_hash
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from record.review.models import Query, QueryState
from record.review.selectors.verification import VerificationState, verification_lines


@dataclass(frozen=True)
class Outstanding:
    """A restricted form that is not ready, and why; for the unblinded monitor."""

    form: FormInstance
    why: str


def _restricted_forms() -> QuerySet[FormInstance]:
    held = FormInstance.objects.filter(
        confidentiality=Confidentiality.RESTRICTED, struck_at=None
    )
    return held.select_related("participant").order_by("participant__sequence", "id")


def outstanding(user: User) -> list[Outstanding]:
    """Return what keeps the restricted part from being ready, form by form."""
    verified = {
        line.form_id
        for line in verification_lines(user)
        if line.state == VerificationState.VERIFIED
    }
    asked = set(_open_queries().values_list("form", flat=True))
    return [
        Outstanding(form, why)
        for form in _restricted_forms().prefetch_related("signatures")
        for why in _why(form, verified, asked)
    ]


def _why(form: FormInstance, verified: set[int], asked: set[int]) -> Iterator[str]:
    if form.status != FormStatus.COMPLETE:
        if form.due_on or form.status != FormStatus.NOT_STARTED:
            yield _("not complete")
        return
    signed = any(one.holds_for(form) for one in form.signatures.all())
    if catalogue.design(form.code).signature is not None and not signed:
        yield _("not signed")
    if form.pk in asked:
        yield _("a query is not closed")
    if form.pk not in verified:
        yield _("not verified")


def _open_queries() -> QuerySet[Query]:
    asked = Query.objects.exclude(state=QueryState.CLOSED)
    return asked.filter(form__confidentiality=Confidentiality.RESTRICTED)


def present_state() -> str:
    """Return a keyed hash of every restricted form at its revision."""
    held = _restricted_forms().order_by("id").values_list("id", "revision", "digest")
    text = ";".join(f"{key}:{revision}:{digest}" for key, revision, digest in held)
    return keyed_hash(Purpose.PRODUCT, text)


def statement() -> RestrictedStatement | None:
    """Return the statement that the restricted part is ready, while it holds."""
    last = RestrictedStatement.objects.select_related("stated_by").last()
    if last is None or last.bound != present_state() or _open_queries().exists():
        return None
    return last


def is_restricted_part_ready() -> bool:
    """Tell the lock checklist yes or no, and nothing more."""
    return statement() is not None


def opening() -> CodeOpening | None:
    """Return the opening of the code, also one that is only proposed."""
    people = ("proposed_by", "confirmed_by")
    return CodeOpening.objects.select_related(*people).first()


def is_locked() -> bool:
    return DatabaseLock.objects.filter(unlocked_at=None).exists()
