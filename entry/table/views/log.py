"""Pages of the log of a participant: the table, saving, pasting."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from enrollment.consent.facts.reconsent import CODES as RECONSENT_CODES
from enrollment.consent.facts.reconsent import FORM_BY_REASON, ReconsentDue
from enrollment.consent.selectors import reconsents_due
from entry.casebook.views import CASEBOOK_READERS, visible_participant
from entry.form.views.form import CONFLICT, READERS, UNPROCESSABLE
from entry.table.forms.columns import columns_of
from entry.table.forms.paste import UNIT_SUFFIX, UnreadablePaste, read_pasted
from entry.table.forms.submission import TableSubmission, read_submission
from entry.table.page.preview import Previewer
from entry.table.page.table import TablePage
from entry.table.selectors.log import log_table
from entry.table.selectors.stored_rows import stored_rows_of
from record.accounts.access import StaffRequest, permitted
from record.audit.closure import database_lock_notice
from record.capture.problems import Conflict
from record.capture.services.rows import RowEntry, RowsNotSaved, RowStrike, save_rows
from record.casebook import catalogue
from record.casebook.access import may_enter, may_see
from record.casebook.design import FormDesign
from record.casebook.middleware import tell_midnights
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of


def visible_log(request: StaffRequest, code: str) -> FormDesign:
    design = catalogue.designs().get(code)
    is_log = design is not None and (design.is_repeated or design.is_table)
    if design is None or not is_log or not may_see(request.user, design):
        raise Http404
    return design


@permitted(*CASEBOOK_READERS)
def log(request: StaffRequest, number: str, code: str) -> HttpResponse:
    participant = visible_participant(request, number)
    design = visible_log(request, code)
    if design.is_table and request.method == "POST":
        return _save(request, participant, design)
    if design.is_table:
        page = TablePage(stored_rows_of(participant, code), request.user)
        return render_table(request, page)
    lock_notice = database_lock_notice()
    context = {
        "participant": participant,
        "design": design,
        "table": log_table(participant, design),
        "may_add": may_enter(request.user, design) and not lock_notice,
        "lock_notice": lock_notice,
        "due": _due(participant, code),
    }
    return render(request, "entry/table/log.html", context)


def render_table(
    request: StaffRequest, page: TablePage, status: int = 200, **extra: object
) -> HttpResponse:
    context = {"page": page, **extra}
    return render(request, "entry/table/table.html", context, status=status)


def _save(
    request: StaffRequest, participant: Participant, design: FormDesign
) -> HttpResponse:
    if not may_enter(request.user, design):
        raise PermissionDenied
    stored = stored_rows_of(participant, design.code)
    columns = columns_of(request.user, design, stored.casebook)
    submission = read_submission(stored, columns, request.POST)
    try:
        save_rows(
            participant,
            design.code,
            submission.changes,
            by=request.user,
            known_problems=submission.problems,
        )
    except RowsNotSaved as problem:
        return _render_problems(request, participant, design, submission, problem)
    messages.success(request, _success_message(submission))
    return redirect("entry:log", participant.number, design.code)


def _render_problems(  # noqa: PLR0917 - one call, from one place
    request: StaffRequest,
    participant: Participant,
    design: FormDesign,
    submission: TableSubmission,
    problem: RowsNotSaved,
) -> HttpResponse:
    page = TablePage(
        stored_rows_of(participant, design.code),
        request.user,
        submission.typed,
        {key: [row_problem] for key, row_problem in problem.problems.items()},
        batch=request.POST.get("batch", ""),
        only_typed=bool(request.POST.get("only_typed")),
    )
    is_clash = any(
        isinstance(row_problem, Conflict) for row_problem in problem.problems.values()
    )
    return render_table(request, page, CONFLICT if is_clash else UNPROCESSABLE)


@permitted(*READERS)
@require_POST
def paste(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Show what pasted rows would change; nothing is stored before it is confirmed."""
    participant = visible_participant(request, number)
    design = visible_log(request, code)
    if not may_enter(request.user, design):
        raise PermissionDenied
    stored = stored_rows_of(participant, code)
    page = TablePage(stored, request.user, only_typed=True)
    if not page.may_paste:
        raise Http404
    context = {"text": request.POST.get("text", "")}
    try:
        pasted = read_pasted(
            context["text"], page.columns, _chosen_items(request, page)
        )
    except UnreadablePaste as problem:
        page = TablePage(stored, request.user)
        context["problem"] = _(problem.message) % problem.details
        return render_table(request, page, UNPROCESSABLE, paste=context)
    context["visit"], fill = _answers_for_new_rows(request, page)
    columns = {column.name: column for column in page.columns}
    previewer = Previewer(stored, columns, request.user, fill, context["visit"])
    preview = previewer.preview_of(pasted)
    tell_midnights(
        request, (text for line in pasted.lines for text in line.texts.values())
    )
    page = TablePage(
        stored, request.user, preview.typed, preview.problems, only_typed=True
    )
    page.words, page.fill = preview.words, fill
    return render_table(request, page, paste=context, pasted=pasted, preview=preview)


def _answers_for_new_rows(
    request: StaffRequest, page: TablePage
) -> tuple[str, dict[str, str]]:
    visit = request.POST.get("visit", "")
    names = [column.name for column in page.columns]
    fill = {name: request.POST.get(f"fill-{name}", "") for name in names}
    return visit if visit in page.visits else "", fill


def _chosen_items(request: StaffRequest, page: TablePage) -> list[str] | None:
    items = request.POST.getlist("item")
    names = {column.name for column in page.columns if column.is_editable}
    units = {f"{name}{UNIT_SUFFIX}" for name in names}
    return [name if name in names | units else "" for name in items] or None


def _success_message(submission: TableSubmission) -> str:
    entries = [change for change in submission.changes if isinstance(change, RowEntry)]
    added = sum(change.form is None for change in entries)
    struck = sum(isinstance(change, RowStrike) for change in submission.changes)
    changed = len(entries) - added
    counts = [
        (added, ngettext("%(n)s row added", "%(n)s rows added", added)),
        (changed, ngettext("%(n)s row changed", "%(n)s rows changed", changed)),
        (struck, ngettext("%(n)s row struck out", "%(n)s rows struck out", struck)),
    ]
    words = [text % {"n": n} for n, text in counts if n]
    if not words:
        return _("Nothing was changed, so nothing was saved.")
    return _("Saved: %(what)s.") % {"what": ", ".join(words)}


def _due(participant: Participant, code: str) -> list[ReconsentDue]:
    if code not in FORM_BY_REASON.values():
        return []
    casebook = casebook_of(participant, *RECONSENT_CODES)
    due = reconsents_due({participant.pk: casebook})[participant.pk]
    return [consent for consent in due if consent.form == code]
