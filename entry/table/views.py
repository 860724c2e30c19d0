"""A log of one participant: its table, what is typed into it, rows added."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from enrollment.consent.facts.reconsent import CODES as RECONSENT_CODES
from enrollment.consent.facts.reconsent import FORM_OF, ReconsentDue
from enrollment.consent.selectors import consents_due
from entry.casebook.views import CASEBOOK_READERS, visible_participant
from entry.form.views.form import CONFLICT, READERS, UNPROCESSABLE
from entry.selectors import navigation
from entry.selectors.visibility import may_enter, may_see
from entry.table.forms.columns import columns_of
from entry.table.forms.paste import UNIT, NotReadable, read_pasted
from entry.table.forms.posted import Posted, posted
from entry.table.page.preview import Previewer
from entry.table.page.table import TablePage
from entry.table.selectors.log import log_table
from entry.table.selectors.stored_rows import held_rows
from record.accounts.access import StaffRequest, permitted
from record.capture.problems import Conflict
from record.capture.services.rows import RowEntry, RowsNotSaved, RowStrike, save_rows
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances as services

CONSENT = "CNS"


def visible_log(request: StaffRequest, code: str) -> FormDesign:
    """Return the design of a log that the reader may open, else 404."""
    design = catalogue.designs().get(code)
    is_log = design is not None and (design.is_repeated or design.is_table)
    if design is None or not is_log or not may_see(request.user, design):
        raise Http404
    return design


@permitted(*CASEBOOK_READERS)
def log(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Show a log of a participant as a table, or save what was typed into it."""
    participant = visible_participant(request, number)
    design = visible_log(request, code)
    if design.is_table and request.method == "POST":
        return _saved(request, participant, design)
    if design.is_table:
        page = TablePage(held_rows(participant, code), request.user)
        return shown(request, page)
    told = {
        "participant": participant,
        "design": design,
        "table": log_table(participant, design),
        "may_add": may_enter(request.user, design),
        "client_key": uuid.uuid4(),
        "due": _due(participant, code),
    }
    return render(request, "entry/table/log.html", told)


def shown(
    request: StaffRequest, page: TablePage, status: int = 200, **more: object
) -> HttpResponse:
    told = {"page": page, **more}
    return render(request, "entry/table/table.html", told, status=status)


def _saved(
    request: StaffRequest, participant: Participant, design: FormDesign
) -> HttpResponse:
    if not may_enter(request.user, design):
        raise PermissionDenied
    held = held_rows(participant, design.code)
    columns = columns_of(request.user, design, held.casebook)
    found = posted(held, columns, request.POST)
    try:
        save_rows(
            participant,
            design.code,
            found.changes,
            by=request.user,
            known=found.problems,
        )
    except RowsNotSaved as problem:
        return _again(request, participant, design, found, problem)
    messages.success(request, _told(found))
    return redirect("entry:log", participant.number, design.code)


def _again(  # noqa: PLR0917 - one call, from one place
    request: StaffRequest,
    participant: Participant,
    design: FormDesign,
    found: Posted,
    problem: RowsNotSaved,
) -> HttpResponse:
    """Show the table again, everything typed in its place."""
    page = TablePage(
        held_rows(participant, design.code),
        request.user,
        found.typed,
        {key: [one] for key, one in problem.problems.items()},
        batch=request.POST.get("batch", ""),
        only_typed=bool(request.POST.get("only_typed")),
    )
    clashed = any(isinstance(one, Conflict) for one in problem.problems.values())
    return shown(request, page, CONFLICT if clashed else UNPROCESSABLE)


@permitted(*READERS)
@require_POST
def paste(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Show what pasted rows would change; nothing is stored before it is confirmed."""
    participant = visible_participant(request, number)
    design = visible_log(request, code)
    if not may_enter(request.user, design):
        raise PermissionDenied
    held = held_rows(participant, code)
    page = TablePage(held, request.user, only_typed=True)
    if not page.may_paste:
        raise Http404
    told = {"text": request.POST.get("text", "")}
    try:
        pasted = read_pasted(told["text"], page.columns, _mapping(request, page))
    except NotReadable as problem:
        page = TablePage(held, request.user)
        told["problem"] = _(problem.message) % problem.details
        return shown(request, page, UNPROCESSABLE, paste=told)
    told["visit"], fill = _said_of_all(request, page)
    columns = {column.name: column for column in page.columns}
    found = Previewer(held, columns, request.user, fill, told["visit"]).of(pasted)
    page = TablePage(held, request.user, found.typed, found.problems, only_typed=True)
    page.words, page.fill = found.words, fill
    return shown(request, page, paste=told, pasted=pasted, preview=found)


def _said_of_all(request: StaffRequest, page: TablePage) -> tuple[str, dict[str, str]]:
    """Return the visit and the answers that hold for all new rows."""
    visit, names = request.POST.get("visit", ""), [one.name for one in page.columns]
    fill = {name: request.POST.get(f"fill-{name}", "") for name in names}
    return visit if visit in page.visits else "", fill


def _mapping(request: StaffRequest, page: TablePage) -> list[str] | None:
    """Return the item of each pasted column, where the person said it."""
    told = request.POST.getlist("item")
    names = {column.name for column in page.columns if column.is_editable}
    units = {f"{name}{UNIT}" for name in names}
    return [name if name in names | units else "" for name in told] or None


def _told(found: Posted) -> str:
    """Say what was stored; nothing was, where nothing was changed."""
    entries = [one for one in found.changes if isinstance(one, RowEntry)]
    added = sum(one.form is None for one in entries)
    struck = sum(isinstance(one, RowStrike) for one in found.changes)
    changed = len(entries) - added
    told = [
        (added, ngettext("%(n)s row added", "%(n)s rows added", added)),
        (changed, ngettext("%(n)s row changed", "%(n)s rows changed", changed)),
        (struck, ngettext("%(n)s row struck out", "%(n)s rows struck out", struck)),
    ]
    words = [text % {"n": n} for n, text in told if n]
    if not words:
        return _("Nothing was changed, so nothing was saved.")
    return _("Saved: %(what)s.") % {"what": ", ".join(words)}


def _due(participant: Participant, code: str) -> list[ReconsentDue]:
    if code not in FORM_OF.values():
        return []
    casebook = casebook_of(participant, *RECONSENT_CODES)
    due = consents_due({participant.pk: casebook})[participant.pk]
    return [one for one in due if one.form == code]


@permitted(*READERS)
@require_POST
def add_row(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Add a row to a log and open it; a second click opens the same row."""
    participant = visible_participant(request, number)
    design = catalogue.designs().get(code)
    if design is None or not design.is_repeated or not may_see(request.user, design):
        raise Http404
    if not may_enter(request.user, design):
        raise PermissionDenied
    if code != CONSENT and not casebook_of(participant, CONSENT).fact("consented_on"):
        messages.error(request, _("Record the consent first; until then nothing else."))
        return redirect("entry:log", number, CONSENT)
    try:
        key = uuid.UUID(request.POST.get("client_key", ""))
    except ValueError:
        key = uuid.uuid4()
    visit = "" if design.collected.is_log else request.POST.get("visit", "")
    if visit not in design.collected.visits and not design.collected.is_log:
        raise Http404
    form = services.add_row(
        participant, code, by=request.user, visit=visit, client_key=key
    )
    return redirect(navigation.address(form))
