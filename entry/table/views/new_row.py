"""The page of a new row, or of a form on demand: it exists from its first save."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from entry.casebook.views import (
    CONSENT,
    visible_participant,
    way_to_missing_consent,
)
from entry.form.forms.submission import entry_of, with_keys
from entry.form.page.form import FormPage
from entry.form.views.form import (
    CONFLICT,
    READERS,
    UNPROCESSABLE,
    file_problem,
    redirect_saved,
    render_page,
    save_typed,
)
from entry.form.views.form import save as save_form
from entry.selectors import navigation
from record.accounts.access import StaffRequest, permitted
from record.capture.problems import FormClosed, NotSaved
from record.capture.services.rows import add_row_for_files, save_new_row
from record.casebook import catalogue
from record.casebook.access import may_enter, may_see
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from record.casebook.services import form_instances
from record.casebook.services.files import FileRefused
from record.casebook.values import is_blank
from record.review.selectors import closure_text


@permitted(*READERS)
def new_row(request: StaffRequest, number: str, code: str) -> HttpResponse:
    participant = visible_participant(request, number)
    design = catalogue.designs().get(code)
    if design is None or not design.is_repeated or not may_see(request.user, design):
        raise Http404
    if not may_enter(request.user, design):
        raise PermissionDenied
    way = None if code == CONSENT else way_to_missing_consent(request, participant)
    if way:
        return way
    visit = _visit(request, design)
    form = form_instances.unsaved_row(participant, code, visit)
    if "based_on" in request.POST:
        return _save(request, form)
    return render_page(request, FormPage(form, request.user))


@permitted(*READERS)
def open_form(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """A form that awaits an event; the one that stands where there is one."""
    participant = visible_participant(request, number)
    design = catalogue.designs().get(code)
    is_on_demand = design is not None and design.opened_on_demand
    if design is None or not (is_on_demand and may_see(request.user, design)):
        raise Http404
    if not may_enter(request.user, design):
        raise PermissionDenied
    if way := way_to_missing_consent(request, participant):
        return way
    is_saving = "based_on" in request.POST
    if standing := form_instances.standing_form(participant, code):
        address = navigation.address(standing)
        return save_form(request, standing) if is_saving else redirect(address)
    form = form_instances.unsaved_row(participant, code)
    if is_saving:
        return _save(request, form)
    return render_page(request, FormPage(form, request.user))


def _visit(request: StaffRequest, design: FormDesign) -> str:
    visit = "" if design.collected.is_log else request.GET.get("visit", "")
    if visit not in design.collected.visits and not design.collected.is_log:
        raise Http404
    return visit


def _save(request: StaffRequest, form: FormInstance) -> HttpResponse:
    typed = request.POST
    if request.FILES:
        try:
            row, keys = add_row_for_files(form, request.FILES.dict(), by=request.user)
        except FileRefused as refused:
            problem = file_problem(form, refused)
            page = FormPage(form, request.user, typed, problem)
            return render_page(request, page, UNPROCESSABLE)
        return save_typed(request, row, with_keys(typed, keys))
    try:
        entry = entry_of(form, typed, request.user)
        if not entry.unreadable and all(map(is_blank, entry.values.values())):
            messages.info(request, _("Nothing was typed, so nothing was saved."))
            return render_page(request, FormPage(form, request.user))
        saved = save_new_row(form, entry, by=request.user)
    except FormClosed:
        messages.error(request, closure_text(form))
        return render_page(request, FormPage(form, request.user, typed), CONFLICT)
    except NotSaved as problem:
        page = FormPage(form, request.user, typed, problem)
        return render_page(request, page, UNPROCESSABLE)
    return redirect_saved(request, saved.form)
