"""What narrows the lists of queries and of forms to verify.

An invalid choice counts as none.
"""

from datetime import timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Replace
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from record.accounts.models import User
from record.accounts.roles import Role
from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.casebook.models import FormInstance, Participant
from record.review.last_visit import last_visit_of
from record.review.models import Query, QueryPriority, QueryState
from record.review.rules import VerificationPlan
from record.review.selectors.plan import planned, verification_plan
from record.review.selectors.queries import answering_people, answering_roles, checks_of
from record.review.selectors.verification import changed_since
from trial_edc import clock
from trial_edc.dates import site_midnight
from trial_edc.text_fields import TypedIdentifier

AGES = (
    (7, _("over 7 days")),
    (14, _("over 14 days")),
    (28, _("over 28 days")),
)
MINE, NOBODY, BY_HAND = "mine", "nobody", "by_hand"


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
        keys = list(people)
        matches = (Q(**{f"{path}__in": keys}) for path in self.paths)
        narrowed: QuerySet[Any] = qs.filter(reduce(or_, matches))
        return narrowed

    def __init__(self, *paths: str, lookup: str = "icontains") -> None:
        """Each path leads to the participant."""
        self.paths = paths
        super().__init__(
            paths[0],
            lookup,
            label=_("Participant"),
            widget=forms.SearchInput({"size": 8}),
        )


class FormFilter(django_filters.ChoiceFilter):
    """One of the forms that the reader may see."""

    def __init__(self, field_name: str, **options: Any) -> None:
        super().__init__(
            field_name, label=_("Form"), empty_label=_("all forms"), **options
        )


class FormsOfReader(django_filters.FilterSet):
    """Filters with a `form`, of which there are those that the reader may see.

    `chosen` is what narrows the list, where the request is for another page.
    """

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        chosen: QueryDict | None = None,
    ) -> None:
        chosen = request.GET if chosen is None else chosen
        super().__init__(chosen, queryset, request=request)
        self.filters["form"].extra["choices"] = [
            (code, f"{code} · {catalogue.design(code).title}")
            for code in visible_codes(request.user)  # type: ignore[arg-type]
        ]


class QueryFilters(FormsOfReader):
    """Which queries the list shows, apart from their state."""

    participant = ParticipantNumberFilter("form__participant", "participant")
    form = FormFilter("form__code", method="about")
    check = django_filters.ChoiceFilter(
        label=_("Edit check"), empty_label=_("all checks"), method="raised_by_check"
    )
    assigned = django_filters.ChoiceFilter(
        label=_("Assigned to"), empty_label=_("anybody"), method="assigned_to"
    )
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), empty_label=_("any"), choices=QueryPriority.choices
    )
    late = django_filters.ChoiceFilter(
        label=pgettext_lazy("of an answer", "Due"),
        empty_label=_("any day"),
        choices=[("late", _("overdue"))],
        method="due_before_today",
    )
    older = django_filters.TypedChoiceFilter(
        label=pgettext_lazy("of a query", "Age"),
        choices=[("", _("any age")), *AGES],
        coerce=int,
        method="older_than",
    )

    def __init__(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().__init__(request, queryset)
        user: User = request.user  # type: ignore[assignment]
        checks = [(check_id, check_id) for check_id in checks_of(queryset)]
        people = [(str(one.pk), str(one)) for one in answering_people(user)]
        roles = [(role.value, gettext(role.label)) for role in answering_roles(user)]
        self.filters["check"].extra["choices"] = [
            (BY_HAND, gettext("raised by people")),
            *checks,
        ]
        self.filters["assigned"].extra["choices"] = [
            (MINE, gettext("me or my role")),
            (NOBODY, gettext("nobody")),
            *roles,
            *people,
        ]

    @cached_property
    def reader(self) -> User:
        user: User = self.request.user
        return user

    def about(self, queries: QuerySet[Query], _name: str, code: str) -> QuerySet[Query]:
        return queries.filter(Q(form__code=code) | Q(log=code))

    def raised_by_check(
        self, queries: QuerySet[Query], _name: str, check_id: str
    ) -> QuerySet[Query]:
        if check_id == BY_HAND:
            return queries.filter(raised_by__isnull=False)
        return queries.filter(check_id=check_id)

    def assigned_to(
        self, queries: QuerySet[Query], _name: str, choice: str
    ) -> QuerySet[Query]:
        if choice == MINE:
            mine = Q(assigned_to=self.reader) | Q(assigned_role=self.reader.role)
            return queries.filter(mine)
        if choice == NOBODY:
            return queries.filter(assigned_to=None, assigned_role="")
        if choice in set(Role):
            return queries.filter(assigned_role=choice)
        return queries.filter(assigned_to=int(choice))

    def due_before_today(
        self, queries: QuerySet[Query], _name: str, _choice: str
    ) -> QuerySet[Query]:
        return queries.filter(state=QueryState.OPEN, due_on__lt=clock.today())

    def older_than(
        self, queries: QuerySet[Query], _name: str, days: int
    ) -> QuerySet[Query]:
        return queries.filter(raised_at__lt=clock.now() - timedelta(days=days))


OUTSIDE, EVERY, SINCE_VISIT = "outside", "every", "visit"


class VerificationFilters(FormsOfReader):
    """Which forms the verification list shows, apart from their state and tier.

    Those of the plan, unless others are chosen.
    """

    participant = ParticipantNumberFilter("participant")
    form = FormFilter("code")
    plan = django_filters.ChoiceFilter(
        label=_("Plan"),
        empty_label=_("in the plan"),
        choices=[
            (OUTSIDE, _("outside of the sample")),
            (EVERY, _("all, also outside")),
        ],
        method="beside_the_plan",
    )
    changed = django_filters.ChoiceFilter(
        label=_("Changed"), empty_label=_("at any time"), method="since_last_visit"
    )

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        chosen: QueryDict | None = None,
    ) -> None:
        super().__init__(request, queryset, chosen)
        self.last_visit = last_visit_of(request.user)  # type: ignore[arg-type]
        if self.last_visit is None:
            del self.filters["changed"]
            return
        words = gettext("since my last visit, %(on)s") % {"on": self.last_visit}
        self.filters["changed"].extra["choices"] = [(SINCE_VISIT, words)]

    @cached_property
    def in_force(self) -> VerificationPlan:
        return verification_plan()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrowed: QuerySet[Any] = super().filter_queryset(queryset)
        is_chosen = bool(self.form.cleaned_data.get("plan"))
        return narrowed if is_chosen else narrowed.filter(planned(self.in_force))

    def beside_the_plan(
        self, listed: QuerySet[FormInstance], _name: str, choice: str
    ) -> QuerySet[FormInstance]:
        return listed.exclude(planned(self.in_force)) if choice == OUTSIDE else listed

    def since_last_visit(
        self, listed: QuerySet[FormInstance], _name: str, _choice: str
    ) -> QuerySet[FormInstance]:
        """From the visit's last day on, so that nothing of that day is missed."""
        assert self.last_visit is not None  # noqa: S101 - else there is no choice
        return changed_since(listed, site_midnight(self.last_visit))
