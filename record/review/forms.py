"""Filters of the review pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.review.models import QueryState
from record.review.selectors import QueryFilter, VerificationState

AGES = (
    (0, _("any age")),
    (7, _("over 7 days")),
    (14, _("over 14 days")),
    (28, _("over 28 days")),
)


class ListForm(forms.Form):
    """The filter of both lists; an invalid choice counts as none."""

    participant = forms.CharField(
        label=_("Participant"),
        required=False,
        max_length=12,
        widget=forms.SearchInput({"size": 8}),
    )
    form = forms.ChoiceField(label=_("Form"), required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = [
            (code, f"{code} · {catalogue.design(code).title}")
            for code in visible_codes(user)
        ]
        field = self.fields["form"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = [("", _("all forms")), *codes]

    def choice(self, name: str, default: Any = "") -> Any:
        self.is_valid()
        return self.cleaned_data.get(name) or default


class QueryListForm(ListForm):
    """The filter of the list of queries."""

    older = forms.TypedChoiceField(
        label=pgettext_lazy("of a query", "Age"),
        choices=AGES,
        coerce=int,
        required=False,
    )

    def filter(self) -> QueryFilter:
        state = self.data.get("state", QueryState.OPEN.value)
        return QueryFilter(
            state=state if state in ("", *QueryState.values) else QueryState.OPEN.value,
            participant=self.choice("participant"),
            form=self.choice("form"),
            older_than_days=self.choice("older", 0),
        )


class VerificationListForm(ListForm):
    """The filter of the verification list."""

    @property
    def state(self) -> str:
        """The requested state; `to_do` is all that is not verified."""
        state = self.data.get("state", "to_do")
        return state if state in ("to_do", "", *VerificationState) else "to_do"
