"""Which complete forms the monitor has compared with the source, and which not yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import revisions_of
from record.review.selectors.marks import verified_items


class VerificationState(StrEnum):
    """How far a form is verified."""

    NONE = "none"
    PARTLY = "partly"
    CHANGED = "changed"
    VERIFIED = "verified"

    @property
    def mark(self) -> str:
        """The status that shows it; none where a word has to do."""
        return {"verified": "verified", "changed": "changed_since_verified"}.get(
            self, ""
        )

    @property
    def is_partly(self) -> bool:
        return self == VerificationState.PARTLY


@dataclass(frozen=True)
class VerificationLine:
    """A form with the number of its items, and of those verified or changed since."""

    form_id: int
    participant: str  # number
    code: str
    visit_number: int
    saved_at: datetime | None
    items: int
    verified: int
    changed: int

    @property
    def form_place(self) -> int:
        """The place of its form in the casebook."""
        return list(catalogue.designs()).index(self.code)

    @property
    def state(self) -> VerificationState:
        """How far it is verified; a change since then prevails."""
        if self.changed:
            return VerificationState.CHANGED
        if self.verified == self.items:
            return VerificationState.VERIFIED
        return VerificationState.PARTLY if self.verified else VerificationState.NONE


# For each item the last verification counts; it holds while the revision stands.
_LATEST = """
    WITH latest AS (
        SELECT DISTINCT ON (v.form_id, i.key) v.form_id, i.key, i.value
        FROM review_verification v
        JOIN casebook_forminstance f ON f.id = v.form_id
        CROSS JOIN LATERAL jsonb_each(v.plain_items) i
        WHERE v.withdrawn_at IS NULL AND f.code = ANY(%(codes)s)
        ORDER BY v.form_id, i.key, v.id DESC
    )
"""
_FORMS = """
    FROM casebook_forminstance f
    JOIN casebook_participant p ON p.id = f.participant_id
    CROSS JOIN LATERAL jsonb_each(f.item_revisions) r
    LEFT JOIN latest g ON g.form_id = f.id AND g.key = r.key
    WHERE f.code = ANY(%(codes)s) AND f.status = %(complete)s AND f.struck_at IS NULL
"""
LINES = (
    _LATEST
    + """
    SELECT f.id, p.number, f.code, f.visit_number, f.saved_at, count(*),
        count(*) FILTER (WHERE g.value = r.value),
        count(*) FILTER (WHERE g.value <> r.value)
    """
    + _FORMS
    + "GROUP BY f.id, p.id ORDER BY p.sequence, f.visit_number, f.id"
)
COUNT = "SELECT count(DISTINCT f.id)"
TO_VERIFY = f"{_LATEST} {COUNT} {_FORMS} AND g.value IS DISTINCT FROM r.value"


def verification_lines(user: User) -> list[VerificationLine]:
    """In the order of casebooks.

    One statement for the open forms, however many there are; of sealed forms, which
    are few, the revisions must be unsealed.
    """
    plain, sealed = _codes(user)
    return [*_plain_lines(plain), *_sealed_lines(sealed)]


def count_to_verify(user: User) -> int:
    """Complete forms of which an item is not verified, or changed since."""
    plain, sealed = _codes(user)
    waiting = sum(
        line.state != VerificationState.VERIFIED for line in _sealed_lines(sealed)
    )
    if not plain:
        return waiting
    with connection.cursor() as cursor:
        cursor.execute(
            TO_VERIFY, {"codes": plain, "complete": FormStatus.COMPLETE.value}
        )
        count: int = cursor.fetchone()[0]
    return waiting + count


def _codes(user: User) -> tuple[list[str], list[str]]:
    """Forms that the person verifies: those with columns, and the sealed ones."""
    designs = [
        design
        for design in catalogue.designs().values()
        if may_on(user, Permission.VERIFY, design)
    ]
    plain = [design.code for design in designs if not design.model.is_sealed]
    sealed = [design.code for design in designs if design.model.is_sealed]
    return plain, sealed


def _plain_lines(codes: list[str]) -> list[VerificationLine]:
    if not codes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LINES, {"codes": codes, "complete": FormStatus.COMPLETE.value})
        return [VerificationLine(*row) for row in cursor.fetchall()]


def _sealed_lines(codes: Iterable[str]) -> Iterator[VerificationLine]:
    for code in codes:
        forms = FormInstance.objects.filter(
            code=code, status=FormStatus.COMPLETE, struck_at=None
        )
        forms = forms.prefetch_related("participant", "verifications")
        rows = catalogue.design(code).model._default_manager.filter(form__in=forms)
        rows_by_form = rows.in_bulk()
        for form in sorted(forms, key=lambda form: form.participant.sequence):
            row = rows_by_form.get(form.pk)
            revisions = revisions_of(form, row) if row else {}
            marks = verified_items(form.verifications.all(), revisions)
            verified = sum(marks.values())
            yield VerificationLine(
                form.pk,
                form.participant.number,
                form.code,
                form.visit_number,
                form.saved_at,
                items=len(revisions),
                verified=verified,
                changed=len(marks) - verified,
            )
