"""The way through the list of forms to verify, from one to the next."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.http import QueryDict

from record.accounts.access import StaffRequest
from record.casebook.models import FormInstance
from record.casebook.vocabulary import TO_VERIFY, VerificationState
from record.review import selectors
from record.review.filters import VerificationFilters
from record.review.forms import state_shown, tier_chosen

TO_DO = "to_do"  # all that is not verified


def states_of(state: str) -> Collection[str]:
    return {TO_DO: TO_VERIFY, "": tuple(VerificationState)}.get(state, (state,))


def in_tier_chosen(
    forms: QuerySet[FormInstance], query: QueryDict
) -> QuerySet[FormInstance]:
    tier = tier_chosen(query)
    return forms.filter(selectors.in_tier(tier)) if tier else forms


def next_to_verify(
    request: StaffRequest, after: FormInstance, chosen: str
) -> FormInstance | None:
    """Return the form behind this one in the list that `chosen` narrowed.

    From the end it goes on at the beginning; None where no other form is left.
    """
    query = QueryDict(chosen)
    forms = selectors.complete_forms(request.user)
    listed = in_tier_chosen(VerificationFilters(request, forms, query).qs, query)
    state = state_shown(query, (TO_DO, "", *VerificationState), TO_DO)
    if selectors.verifies_sealed_forms(request.user):
        lines = selectors.sealed_lines(listed)
        return _next_of(
            [line.form for line in lines if line.state in states_of(state)], after
        )
    others: QuerySet[FormInstance] = listed.filter(
        verification__in=states_of(state)
    ).exclude(pk=after.pk)
    number = {"participant": after.participant_id, "visit_number": after.visit_number}
    behind: QuerySet[FormInstance] = others.filter(
        Q(participant__gt=after.participant_id)
        | Q(participant=after.participant_id, visit_number__gt=after.visit_number)
        | Q(**number, pk__gt=after.pk)
    )
    return behind.first() or others.first()


def _next_of(forms: list[FormInstance], after: FormInstance) -> FormInstance | None:
    behind = [form for form in forms if _place(form) > _place(after)]
    return next((form for form in (*behind, *forms) if form.pk != after.pk), None)


def _place(form: FormInstance) -> tuple[int, int, int]:
    return form.participant.sequence, form.visit_number, form.pk
