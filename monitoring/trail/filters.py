"""What narrows the audit trail; an invalid choice counts as none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.trail.selectors.kinds import of_kinds
from monitoring.trail.selectors.reports import in_report
from monitoring.trail.selectors.visible import (
    codes_within_trail,
    entries_visible_to,
    forms_within_trail,
    participants_within_trail,
    people_within_trail,
)
from monitoring.trail.vocabulary import TrailKind, TrailReport
from record.accounts.models import User
from record.audit.models import Entry
from record.audit.pseudonyms import pseudonym_of
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.models import FormInstance, SealedCRF
from record.review.models import Query
from trial_edc.choices import choices
from trial_edc.requirements import implements
from trial_edc.text_fields import TypedIdentifier

SYSTEM = "system"
MOST_NAMED = 2_000  # forms in a statement
NAMES = ("participant", "instance", "form", "item", "user", "kind", "since", "until")


class ParticipantOfEntry(django_filters.CharFilter):
    """A participant by the whole number, however it is typed."""

    field_class = TypedIdentifier


class KeyFilter(django_filters.Filter):
    """The key of a row."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        limits = {"min_value": 1, "max_value": BigIntegerField.MAX_BIGINT}
        super().__init__(widget=forms.HiddenInput, **limits, **options)


class InstantFilter(django_filters.DateTimeFilter):
    """A minute of the site's time."""

    def __init__(self, **options: Any) -> None:
        control = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        super().__init__(widget=control, **options)


@implements("AUD-09")
class TrailFilters(django_filters.FilterSet):
    """Which entries the trail shows, out of those that the reader may read."""

    participant = ParticipantOfEntry(
        label=_("Participant"),
        method="of_participant",
        widget=forms.SearchInput({"size": 8}),
    )
    instance = KeyFilter(method="of_instance")
    form = django_filters.ChoiceFilter(
        label=_("Form"), empty_label=_("all forms"), method="of_form"
    )
    item = django_filters.ChoiceFilter(
        label=_("Item"), empty_label=_("all items"), method="of_item"
    )
    user = django_filters.ChoiceFilter(
        label=_("User"), empty_label=_("everybody"), method="of_user"
    )
    kind = django_filters.ChoiceFilter(
        label=_("What"),
        empty_label=_("everything"),
        choices=choices(TrailKind),
        method="of_kind",
    )
    since = InstantFilter(
        label=pgettext_lazy("of a period", "From"), field_name="at", lookup_expr="gte"
    )
    until = InstantFilter(
        label=pgettext_lazy("of a period", "Until"), field_name="at", lookup_expr="lt"
    )

    def __init__(
        self, query: QueryDict, reader: User, report: TrailReport | None = None
    ) -> None:
        super().__init__(query, entries_visible_to(reader))
        self.report = report
        self.reader = reader
        self.code = query.get("form", "")
        self.filters["form"].extra["choices"] = list(self._forms())
        self.filters["item"].extra["choices"] = list(self._items())
        people = people_within_trail(reader)
        named = [(str(person.pk), person.full_name) for person in people]
        self.filters["user"].extra["choices"] = [*named, (SYSTEM, _("the system"))]

    def _forms(self) -> Iterator[tuple[str, str]]:
        for code in codes_within_trail(self.reader):
            yield code, f"{code} · {catalogue.design(code).title}"

    def _items(self) -> Iterator[tuple[str, str]]:
        """Those of the chosen form; what is sealed is not searched."""
        if self.code not in codes_within_trail(self.reader):
            return
        design = catalogue.design(self.code)
        if issubclass(design.model, SealedCRF):
            return
        visible = visible_items(self.reader, design)
        for name, item in design.items.items():
            if name in visible:
                yield name, str(item.verbose_name)

    def of_participant(
        self, entries: QuerySet[Entry], _name: str, number: str
    ) -> QuerySet[Entry]:
        people = participants_within_trail(self.reader).filter(number=number)
        keys = [key for p in people for key in (p.pk, pseudonym_of(p.pk))]
        return entries.filter(participant_id__in=keys)

    def of_instance(self, entries: QuerySet[Entry], _name: str, key: int) -> Any:
        instances = forms_within_trail(self.reader).filter(pk=key)
        return entries.filter(form_id__in=instances.values("pk"))

    def of_form(self, entries: QuerySet[Entry], _name: str, code: str) -> Any:
        """Few forms are named one by one, so that the database counts them rightly.

        Of many it asks each entry in turn: most of the last ones fit.
        """
        keys = FormInstance.objects.filter(code=code).values_list("pk", flat=True)
        few = list(keys[: MOST_NAMED + 1])
        if len(few) <= MOST_NAMED:
            return entries.filter(form_id__in=few)
        own = FormInstance.objects.filter(pk=OuterRef("form_id")).values("code")
        return entries.alias(code=Subquery(own)).filter(code=code)

    def of_item(self, entries: QuerySet[Entry], _name: str, item: str) -> Any:
        """Values of the item, and queries about it."""
        table = catalogue.design(self.code).model._meta.db_table
        values = Q(act="", table_name=table, new_values__has_key=item)
        queries = Q(act="", table_name=Query._meta.db_table, new_values__item=item)
        return entries.filter(values | queries)

    def of_user(self, entries: QuerySet[Entry], _name: str, user: str) -> Any:
        return entries.filter(actor_id=None if user == SYSTEM else int(user))

    def of_kind(self, entries: QuerySet[Entry], _name: str, kind: str) -> Any:
        return entries.filter(of_kinds(TrailKind(kind)))

    @property
    def answer(self) -> QuerySet[Entry]:
        """What fits all filters, and the report where it is about one."""
        entries: QuerySet[Entry] = self.qs
        if self.report is None:
            return entries
        return in_report(self.report, entries, readable=self.queryset)

    @property
    def chosen(self) -> dict[str, str]:
        """What narrows the answer, as the address has it."""
        return {
            name: self.data[name]
            for name in NAMES
            if self.data.get(name) and name not in self.form.errors
        }


def instant(text: str) -> datetime | None:
    """An instant out of an address; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
