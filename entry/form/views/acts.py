"""What is done to a form as a whole: sign, close, return to draft, strike out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from entry.form.forms import raw_values
from entry.form.page.above_items import above_items
from entry.form.page.form import FormPage
from entry.form.views.form import READERS, visible_form
from entry.selectors import navigation
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import SignatureForm
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source
from record.audit.problems import RecordClosed
from record.capture.problems import FormClosed, SaveRefused
from record.capture.services.form_status import (
    restore_row,
    return_to_draft,
    sign_form,
    state_from_paper,
    state_not_done,
    strike_row,
)
from record.capture.vocabulary import StrikeReason
from record.casebook import catalogue
from record.casebook.access import may_enter, may_on
from record.casebook.display import finding_text
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import HoldsData
from record.review.problems import ReviewRefused
from record.review.selectors import closure_text
from record.review.services import freeze, lock_form, note_form_shown
from safety.deaths.selectors import forms_kept_after_revocation
from trial_edc.context import page_for
from trial_edc.pages import refuse
from trial_edc.typed_text import written

DEATH = "DTH"
STRIKE_CODES = frozenset(reason.value for reason in StrikeReason)


@permitted(Permission.SIGN_FORM, Permission.SIGN_PRODUCT, Permission.ASSESS_SAFETY)
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    design = catalogue.design(form.code)
    if design.signature is None or not may_on(request.user, design.signed_by, design):
        raise PermissionDenied
    page = FormPage(form, request.user)
    identity = SignatureForm(request, request.POST or None)
    if request.method == "POST" and identity.is_valid():
        try:
            sign_form(
                form,
                shown_revision=raw_values.revision_in(request.POST),
                proof=identity.proof,
                by=request.user,
            )
        except ReviewRefused as problem:
            identity.add_error(None, str(problem))
            page = FormPage(visible_form(request, pk), request.user)
        except RecordClosed:
            identity.add_error(None, closure_text(form))
        else:
            messages.success(request, _("Signed."))
            return redirect(navigation.address(form))
    note_form_shown(page.form, by=request.user)
    context = {
        "page": page,
        "above": above_items(page),
        "identity": identity,
        "may_sign_several": page_for(request.user, "entry:sign_several")
        and not design.is_restricted,
    }
    return render(request, "entry/form/sign.html", context)


CLOSINGS = {
    "freeze": (freeze, True, gettext_lazy("Frozen.")),
    "thaw": (freeze, False, gettext_lazy("Thawed; values can be changed again.")),
    "lock": (lock_form, True, gettext_lazy("Locked.")),
    "unlock": (lock_form, False, gettext_lazy("Unlocked.")),
}


@permitted(Permission.FREEZE, Permission.LOCK)
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    text = written(request.POST.get("text", ""))
    closing = CLOSINGS.get(request.POST.get("action", ""))
    if closing is None or not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    change, is_on, message = closing
    try:
        reason = Reason("closing", text)
        is_changed = change(form, by=request.user, reason=reason, on=is_on)
    except ReviewRefused as problem:
        refuse(request, str(problem), text)
    else:
        done = _("That was done already; nothing changed.")
        messages.success(request, message if is_changed else done)
    return redirect(navigation.address(form))


@permitted(*READERS)
@require_POST
def back_to_draft(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if not may_enter(request.user, catalogue.design(form.code)):
        raise PermissionDenied
    text = written(request.POST.get("text", ""))
    if not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    reason = Reason("returned", text)
    try:
        is_changed = return_to_draft(
            form, by=request.user, reason=reason, via=Source.PAGE
        )
    except FormClosed:
        refuse(request, closure_text(form), text)
    except SaveRefused as problem:
        refuse(request, " ".join(map(finding_text, problem.findings)), text)
    else:
        if is_changed:
            messages.success(request, _("A draft again. Complete it when it is right."))
        else:
            messages.info(request, _("That was done already; nothing changed."))
    return redirect(navigation.address(form))


NOT_DONE_ACTS = {
    "not_done": (True, gettext_lazy("Stated as not done.")),
    "take_back": (False, gettext_lazy("This form waits to be filled in again.")),
}


@permitted(*READERS)
@require_POST
def not_done(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    design, act = catalogue.design(form.code), request.POST.get("act", "")
    is_offered = design.may_be_not_done and act in NOT_DONE_ACTS
    if not is_offered or not may_enter(request.user, design):
        raise PermissionDenied
    text = written(request.POST.get("text", ""))
    if not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    on, message = NOT_DONE_ACTS[act]
    reason = Reason("not_done", text)
    try:
        is_changed = state_not_done(
            form, on=on, by=request.user, reason=reason, via=Source.PAGE
        )
    except FormClosed:
        refuse(request, closure_text(form), text)
    except HoldsData:
        problem = _("Somebody has begun this form meanwhile; nothing changed.")
        refuse(request, problem, text)
    except SaveRefused as problem:
        refuse(request, " ".join(map(finding_text, problem.findings)), text)
    else:
        done = _("That was done already; nothing changed.")
        messages.success(request, message if is_changed else done)
    return redirect(navigation.address(form))


PAPER_ACTS = {
    "from_paper": (True, gettext_lazy("Stated as transcribed from paper.")),
    "not_from_paper": (False, gettext_lazy("Taken back: not from paper.")),
}


@permitted(*READERS)
@require_POST
def from_paper(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    act = request.POST.get("act", "")
    if act not in PAPER_ACTS or not may_enter(
        request.user, catalogue.design(form.code)
    ):
        raise PermissionDenied
    text = written(request.POST.get("text", ""))
    if not text or not form.revision:
        problem = _("Enter the values first, and write the reason; nothing changed.")
        refuse(request, problem, text)
        return redirect(navigation.address(form))
    on, message = PAPER_ACTS[act]
    reason = Reason("paper", text)
    try:
        is_changed = state_from_paper(
            form, on=on, by=request.user, reason=reason, via=Source.PAGE
        )
    except FormClosed:
        refuse(request, closure_text(form), text)
    except SaveRefused as problem:
        refuse(request, " ".join(map(finding_text, problem.findings)), text)
    else:
        done = _("That was done already; nothing changed.")
        messages.success(request, message if is_changed else done)
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
        refuse(request, closure_text(form), text)
        return redirect(navigation.address(form))
    except SaveRefused as problem:
        refuse(request, " ".join(map(finding_text, problem.findings)), text)
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
