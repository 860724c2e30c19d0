"""The matrix of participants, and the finder."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.screening.rules import is_mistyped
from entry.casebook.views import CASEBOOK_READERS, QUERIES, REGISTER
from entry.matrix.selectors import FILTERS, matrix_for
from entry.selectors.visibility import participants_visible_to
from record.accounts.access import StaffRequest, permitted
from trial_edc.context import page_for
from trial_edc.protocol import PROTOCOL


@permitted(*CASEBOOK_READERS)
def matrix(request: StaffRequest) -> HttpResponse:
    """Show all participants and their visits on one page."""
    rows = matrix_for(request.user)
    chosen = request.GET.get("show", "")
    status = request.GET.get("status", "")
    counts = {name: sum(map(rule, rows)) for name, rule in FILTERS.items()}
    statuses = Counter(row.status for row in rows)
    shown = [
        row
        for row in rows
        if (chosen not in FILTERS or FILTERS[chosen](row))
        and status in ("", row.status)
    ]
    told = {
        "rows": shown,
        "total": len(rows),
        "counts": counts,
        "chosen": chosen,
        "status": status,
        "statuses": sorted(statuses.items()),
        "slots": PROTOCOL.schedule.visits,
        "register": page_for(request.user, REGISTER),
        "queries": page_for(request.user, QUERIES),
    }
    return render(request, "entry/matrix/matrix.html", told)


@permitted(*CASEBOOK_READERS)
def find(request: StaffRequest) -> HttpResponse:
    """Open the participant of a number, also of a part of one.

    What is sought is posted: somebody may type a name, and addresses stand in logs.
    """
    asked = request.POST.get("q", "").strip()
    seen = participants_visible_to(request.user)
    found = list(seen.filter(number__icontains=asked)[:2]) if asked else []
    if len(found) == 1:
        return redirect("entry:casebook", found[0].number)
    if asked:
        messages.warning(request, _not_found(asked, is_one_of_several=bool(found)))
    return redirect("entry:matrix")


def _not_found(asked: str, *, is_one_of_several: bool) -> str:
    if is_one_of_several:
        return _("Several participants fit.")
    if is_mistyped(asked):
        return _("No participant fits: the last letter does not go with the digits.")
    return _("No participant fits.")
