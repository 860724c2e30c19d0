"""What the address of a list says, and what pages post about queries."""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from record.accounts.models import User
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_see
from record.casebook.models import Participant
from record.review.models import Query, QueryPriority
from record.review.selectors.queries import (
    answering_people,
    answering_roles,
    may_on_subject,
    visits_of,
)
from record.review.services.queries import LONGEST, Assignment, Subject
from trial_edc.text_fields import TypedText
from trial_edc.vocabulary import VerificationTier

MAX_DIGITS = 9
MAX_KEY_DIGITS = 18


def steps_shown(typed: QueryDict) -> int:
    """How many steps of a query the page showed; 0 where it says none."""
    text = typed.get("based_on", "")
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0


def state_shown(typed: QueryDict, states: Container[str], default: str) -> str:
    """The state that a list shows; empty for all."""
    state = typed.get("state", default)
    return state if state in states else default


def tier_chosen(typed: QueryDict) -> str:
    """The tier that a list shows; empty for all."""
    tier = typed.get("tier", "")
    return tier if tier in set(VerificationTier) else ""


def queries_chosen(typed: QueryDict) -> dict[int, int]:
    """The steps that the page showed of each query that was ticked."""
    pairs = (text.partition(":") for text in typed.getlist("query"))
    return {
        int(key): int(steps)
        for key, _colon, steps in pairs
        if key.isdecimal()
        and len(key) <= MAX_KEY_DIGITS
        and steps.isdecimal()
        and len(steps) <= MAX_DIGITS
    }


class AssignmentForm(forms.Form):
    """Who is to answer a query, how soon and by when."""

    priority = forms.ChoiceField(label=_("Priority"), choices=QueryPriority.choices)
    assigned = forms.ChoiceField(label=_("Assigned to"), required=False)
    due_on = forms.DateField(
        label=pgettext_lazy("of an answer", "Due"),
        required=False,
        widget=forms.DateInput(
            {"placeholder": "2026-03-08", "autocomplete": "off", "size": 10},
            format="%Y-%m-%d",
        ),
    )

    def __init__(
        self,
        about: str,
        user: User,
        typed: Mapping[str, Any] | None = None,
        *,
        query: Query | None = None,
    ) -> None:
        """`about` as in `may_on_subject`."""
        initial = _stored(query) if query else {"priority": QueryPriority.NORMAL.value}
        super().__init__(typed, initial=initial)
        roles = [
            role
            for role in answering_roles(user)
            if may_on_subject(User(role=role.value), Permission.ANSWER_QUERY, about)
        ]
        self.people = {
            str(person.pk): person
            for person in answering_people(user)
            if person.role in roles
        }
        assigned: Any = self.fields["assigned"]
        assigned.choices = [
            ("", gettext("whoever may answer")),
            *((role.value, gettext(role.label)) for role in roles),
            *((key, str(person)) for key, person in self.people.items()),
        ]

    @property
    def assignment(self) -> Assignment:
        choice: str = self.cleaned_data["assigned"]
        person = self.people.get(choice)
        due_on: date | None = self.cleaned_data["due_on"]
        role = "" if person else choice
        return Assignment(self.cleaned_data["priority"], role, person, due_on)


def _stored(query: Query) -> dict[str, object]:
    assigned = str(query.assigned_to_id or query.assigned_role)
    return {"priority": query.priority, "assigned": assigned, "due_on": query.due_on}


class SubjectForm(forms.Form):
    """A question about what has no form: a missing row, a visit, the participant."""

    about = forms.ChoiceField(label=_("About"))
    text = TypedText(
        label=_("Question"),
        longest=LONGEST,
        widget=forms.Textarea({"rows": 3, "maxlength": LONGEST}),
    )

    def __init__(
        self, participant: Participant, user: User, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.participant = participant
        about: Any = self.fields["about"]
        about.choices = _subject_choices(participant, user)

    @property
    def subject(self) -> Subject:
        kind, _colon, place = self.cleaned_data["about"].partition(":")
        if kind == "row":
            return Subject(self.participant, log=place)
        visit, _dot, number = place.partition(".")
        return Subject(
            self.participant, visit=visit, visit_number=int(number) if number else 0
        )


def _subject_choices(participant: Participant, user: User) -> list[tuple[str, Any]]:
    choices: list[tuple[str, Any]] = []
    if may_on_subject(user, Permission.RAISE_QUERY, ""):
        visits = [
            (f"visit:{visit}.{number}", f"{visit} {number or ''}".strip())
            for visit, number in visits_of(participant, user)
        ]
        choices = [
            ("participant:", gettext("the participant")),
            (gettext("a visit"), visits),
        ]
    logs = [
        (f"row:{design.code}", str(design.title))
        for design in catalogue.designs().values()
        if design.collected.is_log
        and not design.model.is_sealed
        and may_see(user, design)
        and may_on_subject(user, Permission.RAISE_QUERY, design.code)
    ]
    return [*choices, (gettext("a row that is not entered"), logs)]
