"""The deviations of all participants, by the step that each waits for.

A rule or a person finds a deviation; coordinators describe it and what was done,
investigators assess effect and class, the principal investigator confirms what is
important.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Q
from django.utils.translation import gettext

from record.accounts.models import User
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of, stored_form_data
from record.review.models import QueryState
from trial_edc.requirements import implements
from visits.deviations.facts import condition_no_longer_holds
from visits.deviations.vocabulary import DeviationCategory, Importance, RaisedBy
from visits.schedule.facts import FORMS
from visits.schedule.selectors import participants_visible_to


class DeviationStep(StrEnum):
    """What a deviation waits for, in the order of the steps."""

    ASSESS = "to_assess"
    RESOLVE = "to_resolve"
    CONFIRM = "to_be_confirmed"
    SETTLED = "settled"


CONDITION_LOST = "ground_lost"  # beside its step; people decide


@dataclass(frozen=True, slots=True)
class DeviationLine:
    """One deviation of the list."""

    form: FormInstance
    data: FormData
    step: DeviationStep
    condition_lost: bool
    open_queries: int

    @property
    def participant(self) -> Participant:
        return self.form.participant

    @property
    def occurred_on(self) -> date | None:
        on: date | None = self.data.get("occurred_on")
        return on

    @property
    def category_term(self) -> DeviationCategory | None:
        category = self.data.get("category")
        return DeviationCategory(category) if category else None

    @property
    def category(self) -> str:
        return gettext(self.category_term.label) if self.category_term else ""

    @property
    def importance_term(self) -> Importance | None:
        importance = self.data.get("importance")
        return Importance(importance) if importance else None

    @property
    def importance(self) -> str:
        return gettext(self.importance_term.label) if self.importance_term else ""

    @property
    def description(self) -> str:
        description = self.data.get("description")
        finding = getattr(self.form, "finding", None)
        return finding.described(description) if finding else description or ""

    @property
    def is_important(self) -> bool:
        return bool(self.data.get("importance") == Importance.IMPORTANT)

    @property
    def is_found_by_rule(self) -> bool:
        return bool(self.data.get("raised_by") == RaisedBy.SYSTEM)


@implements("WIN-04", "WIN-08")
def deviation_lines(user: User) -> list[DeviationLine]:
    """The deviations that a person may see, unsettled and oldest first.

    Five selects at most, however many there are.
    """
    people = list(participants_visible_to(user))
    form_data = {
        data.form_id: data
        for _pk, data in stored_form_data([person.pk for person in people], ["DEV"])
    }
    forms = (
        FormInstance.objects.filter(participant__in=people, code="DEV", struck_at=None)
        .select_related("participant", "finding")
        .prefetch_related("signatures")
        .annotate(
            open_queries=Count("queries", filter=Q(queries__state=QueryState.OPEN))
        )
    )
    lost = _with_lost_condition(forms, form_data)
    lines = [
        DeviationLine(
            form,
            data := form_data.get(form.pk, FormData("DEV", {})),
            step_of(form, data),
            form.pk in lost,
            form.open_queries,
        )
        for form in forms
    ]
    return sorted(lines, key=_in_order)


def step_of(form: FormInstance, data: FormData) -> DeviationStep:
    if data.get("effect") is None or data.get("importance") is None:
        return DeviationStep.ASSESS
    if data.get("resolved_at") is None or form.status != FormStatus.COMPLETE:
        return DeviationStep.RESOLVE
    is_minor = data.get("importance") != Importance.IMPORTANT
    if is_minor or any(
        signature.holds_for(form) for signature in form.signatures.all()
    ):
        return DeviationStep.SETTLED
    return DeviationStep.CONFIRM


def _with_lost_condition(
    forms: Iterable[FormInstance], form_data: Mapping[int | None, FormData]
) -> set[int]:
    by_rule = {
        form.pk: (form.participant, form_data[form.pk])
        for form in forms
        if form.pk in form_data and form_data[form.pk].get("rule")
    }
    casebooks = casebooks_of({person for person, _data in by_rule.values()}, FORMS)
    return {
        pk
        for pk, (person, data) in by_rule.items()
        if condition_no_longer_holds(data, casebooks[person.pk])
    }


def _in_order(line: DeviationLine) -> tuple[bool, date, int]:
    on = line.occurred_on or date.max
    return line.step == DeviationStep.SETTLED, on, line.form.pk
