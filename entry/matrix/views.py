"""Pages: the matrix of participants, and the search for a number."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.screening.rules.participant_numbers import is_mistyped, person_number
from entry.casebook.views import CASEBOOK_READERS, QUERIES, REGISTER
from entry.matrix.selectors import (
    counts_of,
    filters_of,
    is_in,
    matrix_rows,
    people_in_matrix,
)
from entry.selectors.visibility import participants_visible_to
from record.accounts.access import StaffRequest, permitted
from trial_edc.context import page_for
from trial_edc.protocol import PROTOCOL

PEOPLE_A_PAGE = 100


@permitted(*CASEBOOK_READERS)
def matrix(request: StaffRequest) -> HttpResponse:
    user = request.user
    filter_name = request.GET.get("show", "")
    status = request.GET.get("status", "")
    everybody = people_in_matrix(user)
    counts = counts_of(everybody, user)
    selected = everybody.filter(status=status) if status else everybody
    filters = filters_of(user)
    if filter_name in filters:
        selected = selected.filter(is_in(filter_name, user))
    page = Paginator(selected, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    statuses = {name: n for name, n in counts.items() if name not in filters}
    context = {
        "page": page,
        "rows": matrix_rows(list(page), user),
        "total": sum(statuses.values()),
        "counts": counts,
        "is_filtered": bool(filter_name or status),
        "filter": filter_name,
        "knows_plan": "verify" in filters,
        "status": status,
        "statuses": sorted(statuses.items()),
        "slots": PROTOCOL.schedule.visits,
        "register": page_for(user, REGISTER),
        "queries": page_for(user, QUERIES),
    }
    return render(request, "entry/matrix/matrix.html", context)


@permitted(*CASEBOOK_READERS)
def find(request: StaffRequest) -> HttpResponse:
    """Open the participant of a number, or of a part of one.

    The number is posted: somebody may type a name, and addresses are logged.
    """
    number = person_number(request.POST.get("q", ""))
    participants = participants_visible_to(request.user)
    matches = list(participants.filter(number__icontains=number)[:2]) if number else []
    if len(matches) == 1:
        return redirect("entry:casebook", matches[0].number)
    if number:
        messages.warning(
            request, _no_match_message(number, is_one_of_several=bool(matches))
        )
    return redirect("entry:matrix")


def _no_match_message(number: str, *, is_one_of_several: bool) -> str:
    if is_one_of_several:
        return _("Several participants fit.")
    if is_mistyped(number):
        return _("No participant fits: the last letter does not go with the digits.")
    return _("No participant fits.")
