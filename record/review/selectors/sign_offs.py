"""What the sign-off of a visit or a casebook covers, and whether one holds.

It covers the forms that whoever reads whole casebooks may read: neither product nor
identity nor what is the sponsor's alone, so that nothing of it depends on an arm.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models.functions import Cast

from record.accounts.roles import Permission
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.review.models import Signature, SigningView

Bound = Mapping[str, list[Any]]  # by the key of the form
CHUNK_SIZE = 100


@dataclass(frozen=True)
class CasebookPart:
    """A whole casebook, or one visit of it."""

    participant: Participant
    visit: str = ""
    visit_number: int = 0

    @property
    def is_casebook(self) -> bool:
        return not self.visit

    def covers(self, form: FormInstance) -> bool:
        """Whether a covered form of the participant belongs to it."""
        place = self.visit, self.visit_number
        return self.is_casebook or place == (form.visit, form.visit_number)

    @property
    def permission(self) -> Permission:
        """Who may sign it off."""
        return Permission.SIGN_CASEBOOK if self.is_casebook else Permission.SIGN_FORM

    @property
    def place(self) -> dict[str, Any]:
        """As the columns of a signature and of a view of its page have it."""
        columns = {"visit": self.visit, "visit_number": self.visit_number}
        return {"participant": self.participant, "form": None, **columns}


def covered_codes() -> list[str]:
    return [
        code
        for code, design in catalogue.designs().items()
        if design.confidentiality == Confidentiality.OPEN
        and design.seen_by == Permission.READ_CASEBOOK
    ]


def covered_forms(part: CasebookPart) -> QuerySet[FormInstance]:
    """Also those struck out: one that is added and struck out again was added."""
    forms = FormInstance.objects.filter(
        participant=part.participant, code__in=covered_codes()
    )
    if not part.is_casebook:
        forms = forms.filter(visit=part.visit, visit_number=part.visit_number)
    return forms.order_by("visit_number", "occurrence", "pk")


def bound_to(forms: Iterable[FormInstance]) -> Bound:
    return {
        str(form.pk): [
            form.revision,
            form.digest,
            form.status,
            form.struck_at is not None,
        ]
        for form in forms
    }


def bound_to_form(form: FormInstance) -> Bound:
    """What a signature of one form binds."""
    return {str(form.pk): [form.revision, form.digest]}


def digest_of(bound: Bound) -> str:
    """SHA-256 over what is bound, as a page for signing shows and posts it."""
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sign_offs_of(part: CasebookPart, bound: Bound) -> list[tuple[Signature, bool]]:
    """Each with whether it holds for what is `bound` now, the last one first."""
    signatures = Signature.objects.filter(**part.place).order_by("-pk")
    return [(one, _holds(one, bound)) for one in signatures]


def all_sign_offs_of(
    participant: Participant, forms: Collection[FormInstance]
) -> list[tuple[Signature, bool]]:
    """Of the casebook and its visits, each with whether it holds; one select.

    `forms` are all that the casebook covers.
    """
    signatures = Signature.objects.filter(participant=participant, form=None)
    parts = ((one, CasebookPart(participant, *_place(one))) for one in signatures)
    return [
        (one, _holds(one, bound_to(filter(part.covers, forms)))) for one, part in parts
    ]


def _place(signature: Signature) -> tuple[str, int]:
    return signature.visit, signature.visit_number


def _holds(signature: Signature, bound: Bound) -> bool:
    return signature.withdrawn_at is None and signature.bound == bound


def changed_forms(
    signed: Bound, bound: Bound, forms: Iterable[FormInstance]
) -> list[FormInstance]:
    """Those that are no longer as they were signed, or came since."""
    return [
        form for form in forms if signed.get(str(form.pk)) != bound.get(str(form.pk))
    ]


def view_of(part: CasebookPart, reader_id: int, digest: str) -> SigningView | None:
    """What the page showed to this reader, under this digest."""
    views = SigningView.objects.filter(reader=reader_id, digest=digest, **part.place)
    return views.last()


def casebooks_unsigned(participants: QuerySet[Participant]) -> QuerySet[Participant]:
    """Those whose casebook no sign-off holds for."""
    present = _present(participant=OuterRef(OuterRef("pk")))
    holding = _in_force(participant=OuterRef("pk"), visit="", bound=present)
    return participants.filter(~Exists(holding))


def visits_signed_before() -> QuerySet[Signature]:
    """One sign-off of each visit that was signed and has none that holds."""
    place = ("participant", "visit", "visit_number")
    present = _present(**{name: OuterRef(OuterRef(name)) for name in place})
    same_visit = {name: OuterRef(name) for name in place}
    holding = _in_force(**same_visit, bound=present)
    signatures = Signature.objects.filter(form=None).exclude(visit="")
    return (
        signatures.filter(~Exists(holding))
        .select_related("participant")
        .order_by(*(f"{name}_id" if name == "participant" else name for name in place))
        .distinct("participant_id", "visit", "visit_number")
    )


def all_sign_offs() -> Iterator[tuple[Signature, bool]]:
    """Of casebooks, then of visits, each with whether it holds; read as it is asked."""
    given = Signature.objects.filter(form=None).select_related("participant")
    by_visit = {name: OuterRef(name) for name in ("visit", "visit_number")}
    parts: tuple[tuple[QuerySet[Signature], dict[str, Any]], ...] = (
        (given.filter(visit=""), {}),
        (given.exclude(visit=""), by_visit),
    )
    for signatures, place in parts:
        present = _present(participant=OuterRef("participant"), **place)
        rows = signatures.annotate(present=present)
        for row in rows.order_by("participant__sequence", "pk").iterator(CHUNK_SIZE):
            yield row, _holds(row, row.present)


def _in_force(**columns: Any) -> QuerySet[Signature]:
    return Signature.objects.filter(form=None, withdrawn_at=None, **columns)


def _present(**place: Any) -> Subquery:
    """`bound_to` in the words of SQL, of the covered forms of a place."""
    state = Func(
        *("revision", "digest", "status"),
        Func(F("struck_at"), template="(%(expressions)s IS NOT NULL)"),
        function="jsonb_build_array",
        output_field=JSONField(),
    )
    whole = Aggregate(
        Cast("pk", TextField()),
        state,
        function="jsonb_object_agg",
        output_field=JSONField(),
    )
    forms = FormInstance.objects.filter(code__in=covered_codes(), **place)
    by_person = forms.order_by().values("participant").annotate(whole=whole)
    return Subquery(by_person.values("whole"))


@dataclass(frozen=True)
class SignOffState:
    """Whether a sign-off that was once given still holds."""

    signature: Signature  # the last one, or the last that holds
    holds: bool

    @property
    def status(self) -> str:
        return "signed" if self.holds else "signature_broken"


Place = tuple[str, int]  # visit and its number; empty and 0 for the casebook


def sign_off_states(participant: Participant) -> Mapping[Place, SignOffState]:
    """Of the casebook and of each visit that somebody signed off; in two selects."""
    signatures = Signature.objects.filter(participant=participant, form=None)
    last_first = list(signatures.order_by("-pk"))
    forms = list(covered_forms(CasebookPart(participant))) if last_first else []
    states: dict[Place, SignOffState] = {}
    for one in last_first:
        place = _place(one)
        part = CasebookPart(participant, *place)
        holds = _holds(one, bound_to(filter(part.covers, forms)))
        if place not in states or (holds and not states[place].holds):
            states[place] = SignOffState(one, holds)
    return states
