"""Pages of one casebook: the grid, forms opened on demand, striking out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entry.casebook.selectors.grid import casebook_grid_of
from entry.form.page.item import finding_text as words_of
from entry.form.views.form import READERS, visible_form
from entry.selectors import navigation
from entry.selectors.visibility import may_enter, may_see, participants_visible_to
from randomization.allocation.selectors import allocation_of
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source
from record.capture.problems import FormClosed, SaveRefused
from record.capture.services.form_status import restore_row, strike_row
from record.capture.vocabulary import StrikeReason
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances as services
from safety.deaths.selectors import forms_kept_after_revocation
from trial_edc.context import page_for
from trial_edc.pages import refuse
from trial_edc.typed_text import written

CONSENT, DEATH = "CNS", "DTH"
STRIKE_CODES = frozenset(reason.value for reason in StrikeReason)
REGISTER = "enrollment:register"
QUERIES = "review:queries"
CASEBOOK_READERS = (Permission.READ_CASEBOOK, Permission.SEE_PRODUCT)


def visible_participant(request: StaffRequest, number: str) -> Participant:
    """A participant whose casebook the reader may open, else 404."""
    return get_object_or_404(participants_visible_to(request.user), number=number)


@permitted(*CASEBOOK_READERS)
def casebook(request: StaffRequest, number: str) -> HttpResponse:
    participant = visible_participant(request, number)
    book = casebook_grid_of(participant, request.user)
    links = navigation.participant_pages(number, book.status, request.user)
    queries = page_for(request.user, QUERIES)
    context = {
        "book": book,
        "links": links,
        "queries": queries,
        "forms_to_open": navigation.forms_to_open(
            number, book.status, request.user, {cell.form.code for cell in book.once}
        ),
        "allocation": allocation_of(participant),
    }
    return render(request, "entry/casebook/casebook.html", context)


@permitted(*READERS)
@require_POST
def open_form(request: StaffRequest, number: str, code: str) -> HttpResponse:
    participant = visible_participant(request, number)
    design = catalogue.designs().get(code)
    if (
        design is None
        or not design.opened_on_demand
        or not may_see(request.user, design)
    ):
        raise Http404
    if not may_enter(request.user, design):
        raise PermissionDenied
    if not casebook_of(participant, CONSENT).fact("consented_on"):
        messages.error(request, _("Record the consent first; until then nothing else."))
        return redirect("entry:log", number, CONSENT)
    form = services.open_form_instance(participant, code, by=request.user)
    return redirect(navigation.address(form))


@permitted(*READERS)
@require_POST
def strike(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    is_strike = _is_strike(request)
    code, text = request.POST.get("code", ""), written(request.POST.get("text", ""))
    if code not in STRIKE_CODES or not text:
        problem = _("Choose a reason and write why; nothing changed.")
        refuse(request, problem, text)
        return redirect(navigation.address(form))
    service = strike_row if is_strike else restore_row
    try:
        is_changed = service(
            form, by=request.user, reason=Reason(code, text), via=Source.PAGE
        )
    except FormClosed:
        refuse(request, _("This form is closed; nothing was saved."), text)
        return redirect(navigation.address(form))
    except SaveRefused as problem:
        reasons = " ".join(words_of(finding) for finding in problem.findings)
        refuse(request, reasons, text)
        return redirect(navigation.address(form))
    if not is_changed:
        messages.info(request, _("That was done already; nothing changed."))
    elif is_strike:
        messages.success(request, _("Struck out. The values stay visible here."))
        _warn_about_remaining_forms(request, form)
    return redirect(navigation.address(form))


def _is_strike(request: StaffRequest) -> bool:
    """Whether to strike out, else to restore: the request says which."""
    act = request.POST.get("act", "")
    if act not in ("strike", "restore"):
        raise PermissionDenied
    return act == "strike"


def _warn_about_remaining_forms(request: StaffRequest, form: FormInstance) -> None:
    """Name the forms that a revoked death had opened and that hold entries since."""
    forms = []
    if form.code == DEATH:
        forms = forms_kept_after_revocation(form.participant)
    if forms:
        message = _("Somebody worked on these, so they stand; correct them: %(forms)s.")
        details = {"forms": ", ".join(map(navigation.form_title, forms))}
        messages.warning(request, message % details)
