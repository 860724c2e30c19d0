"""Entries of the audit trail in words, a page or a part of a file at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import chain

from django.utils.translation import gettext as _

from monitoring.trail.selectors.details import TrailValue, detail_values
from monitoring.trail.selectors.kinds import form_codes, kind_of
from monitoring.trail.selectors.value_words import ValueWords
from monitoring.trail.selectors.wordings import (
    act_words,
    form_title,
    table_words,
)
from monitoring.trail.vocabulary import TrailKind
from record.accounts.models import User
from record.accounts.texts import role_words
from record.audit.models import Entry
from record.audit.pseudonyms import participant_behind
from record.capture.texts import reason_words
from record.casebook import catalogue
from record.casebook.access import may_see, visible_items
from record.casebook.design import FormDesign
from record.casebook.history import Change, changes_in
from record.casebook.items import Item
from record.casebook.models import FormInstance, Participant
from trial_edc.dates import SITE_TZ
from trial_edc.requirements import implements


@dataclass(frozen=True)
class TrailLine:
    """One entry in words."""

    at: datetime
    demo_at: datetime | None
    kind: TrailKind
    act: str
    who: str
    role: str
    via: str
    reason: str
    values: Sequence[TrailValue]
    participant: str
    form: FormInstance | None
    form_title: str
    revision: int | None

    @property
    def site_time(self) -> str:
        return _seconds(self.at, SITE_TZ)

    @property
    def utc_time(self) -> str:
        return _seconds(self.at, UTC)

    @property
    def simulated_time(self) -> str:
        return _seconds(self.demo_at, SITE_TZ) if self.demo_at else ""

    @property
    def kind_label(self) -> str:
        return _(self.kind.label)


@implements("AUD-09")
def trail_lines(
    entries: Sequence[Entry], user: User, *, with_identity: bool = True
) -> list[TrailLine]:
    """In the order of the entries; the number of selects does not grow with them.

    A file goes without what names a person, whoever takes it.
    """
    references = _References(entries, user, with_identity=with_identity)
    return [references.line(entry) for entry in entries]


class _References:
    """What a stretch of entries refers to, read at once."""

    def __init__(
        self, entries: Sequence[Entry], user: User, *, with_identity: bool
    ) -> None:
        self.entries, self.user, self.with_identity = entries, user, with_identity
        self.visible: dict[str, frozenset[str]] = {}
        self.changes = {entry.pk: list(self._changes(entry)) for entry in entries}
        self.words = ValueWords(chain.from_iterable(self.changes.values()))

    @cached_property
    def people(self) -> dict[int, User]:
        return User.objects.in_bulk({e.actor_id for e in self.entries if e.actor_id})

    @cached_property
    def forms(self) -> dict[int, FormInstance]:
        keys = {e.form_id for e in self.entries if e.form_id}
        return FormInstance.objects.in_bulk(keys)

    @cached_property
    def numbers(self) -> dict[int | None, str]:
        keys = {key for e in self.entries if (key := _participant_id(e))}
        people = Participant.objects.filter(pk__in=keys)
        return dict(people.values_list("pk", "number"))

    def line(self, entry: Entry) -> TrailLine:
        kind, person = kind_of(entry), self.people.get(entry.actor_id or 0)
        form = self.forms.get(entry.form_id or 0)
        return TrailLine(
            at=entry.at,
            demo_at=entry.demo_at,
            kind=kind,
            act=act_words(entry.act) or table_words(entry.table_name),
            who=str(person) if person else entry.actor,
            role=role_words(entry.role),
            via=entry.via,
            reason=reason_words(entry.reasons.get("")),
            values=[*self._values(entry), *detail_values(entry, form)],
            participant=self.numbers.get(_participant_id(entry), ""),
            form=form,
            form_title=form_title(form) if form else "",
            revision=entry.revision,
        )

    def _changes(self, entry: Entry) -> Iterator[tuple[Item, Change]]:
        code = form_codes().get(entry.table_name)
        if code is None:
            return
        design = catalogue.design(code)
        names = self._visible_items(design)
        for change in changes_in(design, entry):
            if change.item in names:
                yield design.items[change.item], change

    def _visible_items(self, design: FormDesign) -> frozenset[str]:
        if design.code not in self.visible:
            is_open = may_see(self.user, design)
            names = visible_items(self.user, design) if is_open else frozenset()
            self.visible[design.code] = frozenset(
                name for name in names if self._may_stand(design.items[name])
            )
        return self.visible[design.code]

    def _may_stand(self, item: Item) -> bool:
        return self.with_identity or not item.facts.identity

    def _values(self, entry: Entry) -> Iterator[TrailValue]:
        for item, change in self.changes[entry.pk]:
            why = vars(change.reason) if change.reason else None
            yield TrailValue(
                str(item.verbose_name),
                "" if change.old is None else self.words.text(item, change.old),
                self.words.text(item, change.new),
                reason_words(why),
                change.item,
            )


def _seconds(at: datetime, zone: tzinfo) -> str:
    """To the second: what lies between two of them is for nobody's clock."""
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _participant_id(entry: Entry) -> int | None:
    key = entry.participant_id
    return None if key is None else participant_behind(key)
