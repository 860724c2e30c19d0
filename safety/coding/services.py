"""Codes of verbatim terms: what is to be coded, proposals, choice, approval (COD)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import IntegrityError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, SECOND, Permission, persons
from record.audit.attribution import Source, attributed
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import stored_form_data
from record.lock.readiness import OpenLine
from record.review.services.approvals import approve
from safety.coding.rules import TermRow, comparison_key
from safety.models import Dictionary, DictionaryTerm, TermCode
from safety.vocabulary import CodingState, DictionaryKind
from trial_edc.requirements import implements

BATCH_SIZE = 5000
MOST_MATCHES = 25
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
    assigned_code: TermCode | None = None
    previous_code: TermCode | None = (
        None  # the code of the words that stood there before
    )
    proposals: list[DictionaryTerm] = field(default_factory=list)
    has_dictionary: bool = False

    @property
    def state(self) -> CodingState:
        if self.assigned_code is None:
            return CodingState.CHANGED if self.previous_code else CodingState.UNCODED
        approved = self.assigned_code.approved_at is not None
        return CodingState.CODED if approved else CodingState.PROPOSED


def dictionaries() -> list[Dictionary]:
    return list(Dictionary.objects.select_related("imported_by"))


def dictionaries_in_use(
    dictionaries_by_date: Iterable[Dictionary],
) -> dict[str, Dictionary]:
    """Dictionary in use of each kind: the last imported one."""
    latest: dict[str, Dictionary] = {}
    for dictionary in dictionaries_by_date:
        latest.setdefault(dictionary.kind, dictionary)
    return latest


def verbatims() -> list[Verbatim]:
    """Everything that is to be coded, with its code; a fixed number of selects."""
    codes: dict[tuple[int, str], dict[str, TermCode]] = defaultdict(dict)
    for stored in TermCode.objects.select_related(
        "term__dictionary", "entered_by", "approved_by"
    ):
        codes[stored.form_id, stored.item][stored.verbatim] = stored
    numbers = dict(Participant.objects.values_list("pk", "number"))
    kinds = {code: (item, column, kind) for code, item, column, kind in CODED}
    rows = []
    for pk, data in stored_form_data(numbers, kinds):
        item, column, kind = kinds[data.code]
        codes_by_text = codes[data.form_id or 0, item]
        texts = list(dict.fromkeys(_texts(data, item, column)))
        former_codes = [
            code for text, code in codes_by_text.items() if text not in texts
        ]
        for text in texts:
            code = codes_by_text.get(text)
            previous_code = former_codes[-1] if former_codes and code is None else None
            origin = (data.form_id or 0, numbers[pk], data.code, item)
            rows.append(Verbatim(*origin, text, kind, code, previous_code))
    return rows


def _texts(data: FormData, item: str, column: str) -> Iterator[str]:
    value = data.get(item)
    texts = [row.get(column) for row in value or ()] if column else [value]
    yield from (str(text).strip() for text in texts if text and str(text).strip())


def terms_without_code() -> Iterator[OpenLine]:
    """What keeps the database open; terms without a dictionary, too."""
    for verbatim in verbatims():
        if verbatim.state != CodingState.CODED:
            what = f"{verbatim.code}: {verbatim.text}"
            address = reverse("entry:form", args=[verbatim.form_id])
            yield OpenLine(verbatim.participant, what, address)


def coding_to_do(user: User) -> int:
    """Number of terms that wait for this person; none without a dictionary."""
    in_use_by_kind = dictionaries_in_use(dictionaries())
    if not in_use_by_kind:
        return 0
    mine = persons(user.role, Permission.REFERENCE_DATA)
    waiting = {CodingState.PROPOSED} if SECOND in mine else set()
    waiting |= {CodingState.UNCODED, CodingState.CHANGED} if FIRST in mine else set()
    return sum(
        verbatim.state in waiting and verbatim.kind in in_use_by_kind
        for verbatim in verbatims()
    )


def with_proposals(
    lines: Sequence[Verbatim], in_use: dict[str, Dictionary]
) -> list[Verbatim]:
    keys = {comparison_key(line.text) for line in lines if line.assigned_code is None}
    terms: dict[tuple[str, str], list[DictionaryTerm]] = defaultdict(list)
    matches = DictionaryTerm.objects.filter(
        dictionary__in=list(in_use.values()), key__in=keys, is_current=True
    ).select_related("dictionary")
    for term in matches:
        terms[term.dictionary.kind, term.key].append(term)
    return [
        replace(
            line,
            proposals=[]
            if line.assigned_code
            else terms[line.kind, comparison_key(line.text)],
            has_dictionary=line.kind in in_use,
        )
        for line in lines
    ]


def search(kind: str, words: str) -> QuerySet[DictionaryTerm]:
    dictionary = dictionaries_in_use(dictionaries()).get(kind)
    terms = DictionaryTerm.objects.filter(dictionary=dictionary, is_current=True)
    for word in comparison_key(words).split():
        terms = terms.filter(key__contains=word)
    return terms[:MOST_MATCHES] if words.strip() and dictionary else terms.none()


@implements("COD-01")
def import_dictionary(
    kind: str, version: str, rows: Sequence[TermRow], content: bytes, *, by: User
) -> Dictionary:
    """Store the terms of a version, whole; codes of earlier versions stay."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    try:
        with attributed(by=by, via=Source.IMPORT):
            dictionary = Dictionary.objects.create(
                kind=kind,
                version=version,
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(rows),
                imported_by=by,
            )
            terms = (_term(dictionary, row) for row in rows)
            DictionaryTerm.objects.bulk_create(terms, batch_size=BATCH_SIZE)
    except IntegrityError as problem:
        raise NotCoded(_("This version is imported already.")) from problem
    return dictionary


def _term(dictionary: Dictionary, row: TermRow) -> DictionaryTerm:
    return DictionaryTerm(
        dictionary=dictionary,
        code=row.code,
        term=row.term,
        key=comparison_key(row.term),
        pt_code=row.pt_code,
        pt=row.pt,
        hlt=row.hlt,
        soc=row.soc,
        is_current=row.is_current,
    )


def current_verbatim(form_id: int, item: str, text: str) -> Verbatim | None:
    """What an item says now; None where it says something else."""
    matches = (
        verbatim
        for verbatim in verbatims()
        if (verbatim.form_id, verbatim.item, verbatim.text) == (form_id, item, text)
    )
    return next(matches, None)


@implements("COD-02")
def assign_code(
    form: FormInstance, item: str, text: str, term: DictionaryTerm, *, by: User
) -> TermCode:
    """Code what stands in an item; it counts once a second person has approved."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    with attributed(by=by, via=Source.PAGE):
        verbatim = current_verbatim(form.pk, item, text)
        if verbatim is None:
            raise NotCoded(_("These words have changed meanwhile; look again."))
        if verbatim.kind != term.dictionary.kind:
            raise NotCoded(_("This term is of another dictionary."))
        is_same_term = (
            verbatim.assigned_code and verbatim.assigned_code.term_id == term.pk
        )
        if verbatim.assigned_code and is_same_term:
            return verbatim.assigned_code
        return TermCode.objects.create(
            form=form, item=item, verbatim=text, term=term, entered_by=by
        )


@implements("COD-02")
def approve_code(code: TermCode, *, shown: str | None = None, by: User) -> TermCode:
    with attributed(by=by, via=Source.PAGE):
        code = approve(
            code, Permission.REFERENCE_DATA, shown=shown, by=by, via=Source.PAGE
        )
        later = TermCode.objects.filter(
            form=code.form_id, item=code.item, verbatim=code.verbatim, pk__gt=code.pk
        )
        if later.exists():  # takes the approval back
            raise NotCoded(_("Another code was given since; approve that one."))
    return code
