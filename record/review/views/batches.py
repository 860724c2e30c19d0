"""The same step of several queries: first shown, then taken."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.review import selectors, services
from record.review.forms import queries_chosen
from record.review.models import Query
from record.review.selectors.queries import STEPS
from record.review.views.queries import CONFLICT, next_page

TOGETHER = ("close", "return", "cancel")
MOST = 200  # of several pages of a list, sent by hand


@permitted(Permission.RAISE_QUERY, Permission.CLOSE_QUERY)
@require_POST
def together(request: StaffRequest) -> HttpResponse:
    """Preview; and once that is confirmed, the act: what refuses it is named."""
    action, text = request.POST.get("action", ""), request.POST.get("text", "")
    if action not in TOGETHER:
        raise PermissionDenied
    kind, chosen = STEPS[action], queries_chosen(request.POST)
    visible = selectors.queries_visible_to(request.user)
    queries = list(visible.filter(pk__in=list(chosen)[:MOST]))
    problem = ""
    if not queries:
        problem = _("Tick at least one query in the list.")
    elif not text.strip():
        problem = _("Write what you want to say; the text stays on record.")
    elif request.POST.get("confirmed"):
        refused = services.step_together(queries, kind, text, chosen, by=request.user)
        if not refused:
            _say_done(request, len(queries))
            return redirect(next_page(request))
        if len(refused) < len(queries):
            _say_done(request, len(queries) - len(refused))
        problem = _("These stay as they were; your words are kept below.")
        queries = [query for query in queries if query.pk in refused]
    return _preview(request, queries, problem)


def _say_done(request: StaffRequest, number: int) -> None:
    text = ngettext(
        "%(number)s query is updated.", "%(number)s queries are updated.", number
    )
    messages.success(request, text % {"number": number})


def _preview(request: StaffRequest, queries: list[Query], problem: str) -> HttpResponse:
    action, shown = request.POST["action"], queries_chosen(request.POST)
    lines = selectors.lines_for(request.user, queries)
    is_repeated = bool(problem and request.POST.get("confirmed"))
    refused = services.refusals(
        queries, STEPS[action], {} if is_repeated else shown, by=request.user
    )
    going = [line for line in lines if line.query.pk not in refused]
    context = {
        "action": action,
        "word": STEPS[action].action.label,
        "text": request.POST.get("text", ""),
        "problem": problem,
        "going": going,
        "staying": [
            (line, refused[line.query.pk]) for line in lines if line.query.pk in refused
        ],
        "next": next_page(request),
    }
    status = CONFLICT if problem else 200
    return render(request, "record/review/together.html", context, status=status)
