"""The list of forms to verify."""

from collections import Counter
from collections.abc import Collection, Mapping

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import FormInstance
from record.casebook.vocabulary import TO_VERIFY, VerificationState
from record.review import selectors
from record.review.filters import VerificationFilters
from record.review.forms import state_shown
from record.review.tables import SealedVerificationTable, VerificationTable
from record.review.to_verify import TO_DO, states_of


@permitted(Permission.VERIFY)
def verification(request: StaffRequest) -> HttpResponse:
    filters = VerificationFilters(request, selectors.complete_forms(request.user))
    state = state_shown(request.GET, (TO_DO, "", *VerificationState), TO_DO)
    states = states_of(state)
    is_sealed = selectors.verifies_sealed_forms(request.user)
    list_of = _sealed_table if is_sealed else _open_table
    table, counts = list_of(request, filters.qs, states)
    context = {
        "form": filters.form,
        "state": state,
        "states": [(choice, counts.get(choice, 0)) for choice in VerificationState],
        "to_do": sum(counts.get(choice, 0) for choice in TO_VERIFY),
        "total": sum(counts.values()),
        "table": table,
        "list": request.GET.urlencode(),
        "may_verify": True,
    }
    return render(request, "record/review/verification.html", context)


Counts = Mapping[str, int]


def _open_table(
    request: StaffRequest, forms: QuerySet[FormInstance], states: Collection[str]
) -> tuple[VerificationTable, Counts]:
    counts = selectors.counts_by_verification(forms)
    table = VerificationTable(
        forms.filter(verification__in=states).select_related("participant"),
        request,
        lines_of=selectors.verification_lines,
        total=sum(counts.get(state, 0) for state in states),
    )
    return table, counts


def _sealed_table(
    request: StaffRequest, forms: QuerySet[FormInstance], states: Collection[str]
) -> tuple[VerificationTable, Counts]:
    lines = selectors.sealed_lines(forms)
    in_state = [line for line in lines if line.state in states]
    counts = Counter(line.state.value for line in lines)
    return SealedVerificationTable(in_state, request), counts
