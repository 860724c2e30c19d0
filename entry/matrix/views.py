"""Pages: the matrix of participants, and the search for a number."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.screening.rules.participant_numbers import is_mistyped, person_number
from entry.casebook.views import CASEBOOK_READERS, QUERIES, REGISTER
from entry.matrix.selectors import FILTERS, matrix_for
from entry.selectors.visibility import participants_visible_to
from record.accounts.access import StaffRequest, permitted
from trial_edc.context import page_for
from trial_edc.protocol import PROTOCOL


@permitted(*CASEBOOK_READERS)
def matrix(request: StaffRequest) -> HttpResponse:
    rows = matrix_for(request.user)
    filter_name = request.GET.get("show", "")
    status = request.GET.get("status", "")
    counts = {name: sum(map(rule, rows)) for name, rule in FILTERS.items()}
    statuses = Counter(row.status for row in rows)
    visible_rows = [
        row
        for row in rows
        if (filter_name not in FILTERS or FILTERS[filter_name](row))
        and status in ("", row.status)
    ]
    context = {
        "rows": visible_rows,
        "total": len(rows),
        "counts": counts,
        "is_filtered": bool(filter_name or status),
        "is_whole": len(visible_rows) == len(rows),
        "filter": filter_name,
        "status": status,
        "statuses": sorted(statuses.items()),
        "slots": PROTOCOL.schedule.visits,
        "register": page_for(request.user, REGISTER),
        "queries": page_for(request.user, QUERIES),
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
