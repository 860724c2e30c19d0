"""The form page: read, save, restore, sign, files."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from entry.form.forms.submission import entry_of, with_uploads
from entry.form.page.above_items import above_items
from entry.form.page.form import FormPage
from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.audit.attribution import Source
from record.capture.problems import Conflict, FormClosed, NotSaved, SaveRefused
from record.capture.services import autosaves
from record.capture.services.forms import save_entry
from record.casebook import catalogue
from record.casebook.access import may_enter, visible_items
from record.casebook.checks import Finding
from record.casebook.models import FormInstance
from record.casebook.services import files
from record.review.selectors import closure_text
from trial_edc import clock, dates
from trial_edc.vocabulary import Severity

# Roles that may see forms at all; the selector decides which ones (404).
READERS = (
    Permission.READ_CASEBOOK,
    Permission.SEE_PRODUCT,
    Permission.SEE_IDENTITY,
    Permission.ASSESS_SAFETY,
)
CONFLICT, TOO_LARGE, UNPROCESSABLE = 409, 413, 422
MAX_KEY_DIGITS = 18


def visible_form(request: StaffRequest, pk: int) -> FormInstance:
    return get_object_or_404(forms_visible_to(request.user), pk=pk)


@permitted(*READERS)
def form_page(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if request.method == "POST":
        return save(request, form)
    page = FormPage(form, request.user)
    for kept in page.autosaves:
        if str(kept.page_load) == request.GET.get("restore"):
            typed = _as_query(autosaves.typed_in(kept))
            typed["page_load"] = str(kept.page_load)
            page = FormPage(form, request.user, typed)
    return render_page(request, page, panel=_panel_to_open(request, form))


def _panel_to_open(request: StaffRequest, form: FormInstance) -> str:
    """Of the query that the address names: its item, or the form as a whole."""
    key = request.GET.get("query", "")
    if not (key.isdecimal() and len(key) <= MAX_KEY_DIGITS):
        return ""
    query = form.queries.filter(pk=key).first()
    if query is None:
        return ""
    item, _check = query.place
    if not item:
        return reverse("entry:form_queries", args=[form.pk])
    is_visible = item in visible_items(request.user, catalogue.design(form.code))
    return reverse("entry:panel", args=[form.pk, item]) if is_visible else ""


def render_page(
    request: HttpRequest, page: FormPage, status: int = 200, *, panel: str = ""
) -> HttpResponse:
    context = {
        "page": page,
        "above": above_items(page),
        "panel_to_open": panel,
        "comes_from_list": "list" in request.GET,  # of forms to verify
    }
    return render(request, "entry/form/form.html", context, status=status)


def save(request: StaffRequest, form: FormInstance) -> HttpResponse:
    if not may_enter(request.user, catalogue.design(form.code)):
        raise PermissionDenied
    try:
        typed = with_uploads(form, request.POST, request.FILES.dict(), request.user)
    except files.FileRefused as refused:
        return _render_problem(request, form, request.POST, file_problem(form, refused))
    return save_typed(request, form, typed)


def file_problem(form: FormInstance, refused: files.FileRefused) -> SaveRefused:
    check_id = f"{form.code}.{refused.item}.file"
    return SaveRefused([Finding(check_id, refused.item, Severity.HARD, str(refused))])


def save_typed(
    request: StaffRequest, form: FormInstance, typed: QueryDict
) -> HttpResponse:
    try:
        entry = entry_of(form, typed, request.user)
        saved = save_entry(form, entry, by=request.user, via=Source.PAGE)
    except FormClosed:
        messages.error(request, closure_text(form))
        form.refresh_from_db()
        return render_page(request, FormPage(form, request.user, typed), CONFLICT)
    except NotSaved as problem:
        return _render_problem(request, form, typed, problem)
    return redirect_saved(request, saved.form)


def _render_problem(
    request: StaffRequest, form: FormInstance, typed: QueryDict, problem: NotSaved
) -> HttpResponse:
    form = visible_form(request, form.pk)
    page = FormPage(form, request.user, typed, problem)
    status = CONFLICT if isinstance(problem, Conflict) else UNPROCESSABLE
    return render_page(request, page, status)


def redirect_saved(request: StaffRequest, form: FormInstance) -> HttpResponse:
    messages.success(request, _success_message(form))
    return redirect(_next_address(request, form))


def _success_message(form: FormInstance) -> str:
    at = clock.now().astimezone(dates.SITE_TZ)
    message = _("Saved %(time)s, revision %(revision)s.")
    return message % {"time": f"{at:%H:%M}", "revision": form.revision}


def _next_address(request: StaffRequest, form: FormInstance) -> str:
    if request.POST.get("save_as") != "next":
        return navigation.address(form)
    next_form = navigation.next_form(form, request.user)
    if next_form:
        return navigation.address(next_form)
    return navigation.casebook_address(form)


def _as_query(typed: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for key, texts in typed.items():
        query.setlist(key, texts)
    return query
