"""What narrows the lists of queries and of forms to verify.

An invalid choice counts as none.
"""

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet, Value
from django.db.models.functions import Replace
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.casebook.models import Participant
from record.review.models import Query
from trial_edc import clock
from trial_edc.text_fields import TypedIdentifier

AGES = (
    (7, _("over 7 days")),
    (14, _("over 14 days")),
    (28, _("over 28 days")),
)


class ParticipantNumberFilter(django_filters.CharFilter):
    """A participant by a part of the number, however it is typed."""

    field_class = TypedIdentifier

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Compare without dashes: they are left out where numbers are typed."""
        if not value:
            return qs
        number = Replace("number", Value("-"))
        typed = {f"typed_number__{self.lookup_expr}": value.replace("-", "")}
        people = Participant.objects.alias(typed_number=number).filter(**typed)
        narrowed: QuerySet[Any] = qs.filter(**{f"{self.path}__in": list(people)})
        return narrowed

    def __init__(self, path: str, lookup: str = "icontains") -> None:
        """The path leads to the participant."""
        self.path = path
        super().__init__(
            path,
            lookup,
            label=_("Participant"),
            widget=forms.SearchInput({"size": 8}),
        )


class FormFilter(django_filters.ChoiceFilter):
    """One of the forms that the reader may see."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name, label=_("Form"), empty_label=_("all forms"))


class FormsOfReader(django_filters.FilterSet):
    """Filters with a `form`, of which there are those that the reader may see."""

    def __init__(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().__init__(request.GET, queryset, request=request)
        self.filters["form"].extra["choices"] = [
            (code, f"{code} · {catalogue.design(code).title}")
            for code in visible_codes(request.user)  # type: ignore[arg-type]
        ]


class QueryFilters(FormsOfReader):
    """Which queries the list shows, apart from their state."""

    participant = ParticipantNumberFilter("form__participant")
    form = FormFilter("form__code")
    older = django_filters.TypedChoiceFilter(
        label=pgettext_lazy("of a query", "Age"),
        choices=[("", _("any age")), *AGES],
        coerce=int,
        method="older_than",
    )

    def older_than(
        self, queries: QuerySet[Query], _name: str, days: int
    ) -> QuerySet[Query]:
        return queries.filter(raised_at__lt=clock.now() - timedelta(days=days))


class VerificationFilters(FormsOfReader):
    """Which forms the verification list shows, apart from their state."""

    participant = ParticipantNumberFilter("participant")
    form = FormFilter("code")
