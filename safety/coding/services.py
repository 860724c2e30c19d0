"""Codes of verbatim terms: what is to be coded, proposals, choice, approval (COD)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.roles import Permission, persons
from record.audit.attribution import Source, attributed
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import stored_form_data
from safety.coding.rules import TermRow, key_of
from safety.models import Dictionary, DictionaryTerm, TermCode
from safety.vocabulary import CodingState, DictionaryKind
from trial_edc import clock
from trial_edc.requirements import implements

FIRST, SECOND = 1, 2  # who codes, who approves
AT_ONCE = 5000
MOST_FOUND = 25
# Form and item of what is coded, the column where the item is a small table, and with
# which dictionary.
CODED = (
    ("AE", "term", "", DictionaryKind.MEDDRA),
    ("MHX", "history", "term", DictionaryKind.MEDDRA),
    ("DTH", "cause", "", DictionaryKind.MEDDRA),
    ("CMD", "drug", "", DictionaryKind.WHODRUG),
)


class NotCoded(Exception):
    """Why a code was not stored; the text is for people."""


@dataclass(frozen=True)
class Verbatim:
    """What somebody wrote in an item that is coded."""

    form_id: int
    participant: str
    code: str  # of the form
    item: str
    text: str
    kind: DictionaryKind
    given: TermCode | None = None
    was: TermCode | None = None  # the code of the words that stood there before
    proposals: list[DictionaryTerm] = field(default_factory=list)
    has_dictionary: bool = False

    @property
    def state(self) -> CodingState:
        if self.given is None:
            return CodingState.CHANGED if self.was else CodingState.UNCODED
        approved = self.given.approved_at is not None
        return CodingState.CODED if approved else CodingState.PROPOSED


def dictionaries() -> list[Dictionary]:
    """Return every dictionary, the last imported first."""
    return list(Dictionary.objects.select_related("imported_by"))


def in_use(held: Iterable[Dictionary]) -> dict[str, Dictionary]:
    """Return the dictionary in use of each kind: the last one imported."""
    found: dict[str, Dictionary] = {}
    for one in held:
        found.setdefault(one.kind, one)
    return found


def verbatims() -> list[Verbatim]:
    """Return everything that is to be coded, with its code; selects fixed in number."""
    given: dict[tuple[int, str], dict[str, TermCode]] = defaultdict(dict)
    for one in TermCode.objects.select_related("term__dictionary"):
        given[one.form_id, one.item][one.verbatim] = one
    numbers = dict(Participant.objects.values_list("pk", "number"))
    kinds = {code: (item, column, kind) for code, item, column, kind in CODED}
    found = []
    for pk, data in stored_form_data(numbers, kinds):
        item, column, kind = kinds[data.code]
        known = given[data.form_id or 0, item]
        texts = list(dict.fromkeys(_texts(data, item, column)))
        gone = [code for text, code in known.items() if text not in texts]
        for text in texts:
            code = known.get(text)
            was = gone[-1] if gone and code is None else None
            place = (data.form_id or 0, numbers[pk], data.code, item)
            found.append(Verbatim(*place, text, kind, code, was))
    return found


def _texts(data: FormData, item: str, column: str) -> Iterator[str]:
    value = data.get(item)
    texts = [row.get(column) for row in value or ()] if column else [value]
    yield from (str(text).strip() for text in texts if text and str(text).strip())


def coding_to_do(user: User) -> int:
    """Return how many terms wait for this person; none without a dictionary."""
    used = in_use(dictionaries())
    if not used:
        return 0
    mine = persons(user.role, Permission.REFERENCE_DATA)
    waiting = {CodingState.PROPOSED} if SECOND in mine else set()
    waiting |= {CodingState.UNCODED, CodingState.CHANGED} if FIRST in mine else set()
    return sum(one.state in waiting and one.kind in used for one in verbatims())


def with_proposals(
    shown: Sequence[Verbatim], used: dict[str, Dictionary]
) -> list[Verbatim]:
    """Add the terms that read the same, to what has no code yet; one select."""
    keys = {key_of(one.text) for one in shown if one.given is None}
    terms: dict[tuple[str, str], list[DictionaryTerm]] = defaultdict(list)
    same = DictionaryTerm.objects.filter(
        dictionary__in=list(used.values()), key__in=keys, is_current=True
    ).select_related("dictionary")
    for term in same:
        terms[term.dictionary.kind, term.key].append(term)
    return [
        replace(
            one,
            proposals=[] if one.given else terms[one.kind, key_of(one.text)],
            has_dictionary=one.kind in used,
        )
        for one in shown
    ]


def search(kind: str, words: str) -> QuerySet[DictionaryTerm]:
    """Return terms of the dictionary in use that hold all the words."""
    used = in_use(dictionaries()).get(kind)
    found = DictionaryTerm.objects.filter(dictionary=used, is_current=True)
    for word in key_of(words).split():
        found = found.filter(key__contains=word)
    return found[:MOST_FOUND] if words.strip() and used else found.none()


def _require(by: User, person: int) -> None:
    if person not in persons(by.role, Permission.REFERENCE_DATA):
        raise PermissionDenied


@implements("COD-01")
def import_dictionary(
    kind: str, version: str, rows: Sequence[TermRow], content: bytes, *, by: User
) -> Dictionary:
    """Store the terms of a version, whole; codes of earlier versions stay."""
    _require(by, FIRST)
    try:
        with attributed(by=by, via=Source.IMPORT):
            made = Dictionary.objects.create(
                kind=kind,
                version=version,
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(rows),
                imported_by=by,
            )
            terms = (_term(made, row) for row in rows)
            DictionaryTerm.objects.bulk_create(terms, batch_size=AT_ONCE)
    except IntegrityError as problem:
        raise NotCoded(_("This version is imported already.")) from problem
    return made


def _term(dictionary: Dictionary, row: TermRow) -> DictionaryTerm:
    return DictionaryTerm(
        dictionary=dictionary,
        code=row.code,
        term=row.term,
        key=key_of(row.term),
        pt_code=row.pt_code,
        pt=row.pt,
        hlt=row.hlt,
        soc=row.soc,
        is_current=row.is_current,
    )


def find(form_id: int, item: str, text: str) -> Verbatim | None:
    """Return what stands in an item now, None where it reads otherwise."""
    same = (
        one
        for one in verbatims()
        if (one.form_id, one.item, one.text) == (form_id, item, text)
    )
    return next(same, None)


@implements("COD-02")
def give_code(
    form: FormInstance, item: str, text: str, term: DictionaryTerm, *, by: User
) -> TermCode:
    """Code what stands in an item; it counts once a second person has approved."""
    _require(by, FIRST)
    with attributed(by=by, via=Source.PAGE):
        verbatim = find(form.pk, item, text)
        if verbatim is None:
            raise NotCoded(_("These words have changed meanwhile; look again."))
        if verbatim.kind != term.dictionary.kind:
            raise NotCoded(_("This term is of another dictionary."))
        same = verbatim.given and verbatim.given.term_id == term.pk
        if verbatim.given and same:
            return verbatim.given
        return TermCode.objects.create(
            form=form, item=item, verbatim=text, term=term, coded_by=by
        )


@implements("COD-02")
def approve_code(code: TermCode, *, by: User) -> TermCode:
    """Approve a code, as a second person; a second call changes nothing."""
    _require(by, SECOND)
    with attributed(by=by, via=Source.PAGE):
        code = TermCode.objects.select_for_update(of=("self",)).get(pk=code.pk)
        later = TermCode.objects.filter(
            form=code.form_id, item=code.item, verbatim=code.verbatim, pk__gt=code.pk
        )
        if later.exists():
            raise NotCoded(_("Another code was given since; approve that one."))
        if code.approved_at is None:
            code.approved_by, code.approved_at = by, clock.now()
            code.save(update_fields=("approved_by", "approved_at"))
    return code
