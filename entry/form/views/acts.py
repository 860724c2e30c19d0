"""What is done to a form as a whole: sign, freeze, lock, return to draft."""

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
from entry.form.page.item import finding_text
from entry.form.views.form import READERS, visible_form
from entry.selectors import navigation
from entry.selectors.visibility import may_enter
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import ConfirmIdentityForm
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source
from record.capture.problems import FormClosed, SaveRefused
from record.capture.services.form_status import return_to_draft, sign_form
from record.casebook import catalogue
from record.casebook.access import may_on
from record.review.problems import ReviewRefused
from record.review.services import freeze, lock_form
from trial_edc.pages import refuse
from trial_edc.typed_text import written


@permitted(Permission.SIGN_FORM, Permission.SIGN_PRODUCT, Permission.ASSESS_SAFETY)
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    design = catalogue.design(form.code)
    if design.signature is None or not may_on(request.user, design.signed_by, design):
        raise PermissionDenied
    page = FormPage(form, request.user)
    identity = ConfirmIdentityForm(request, request.POST or None)
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
        else:
            messages.success(request, _("Signed."))
            return redirect(navigation.address(form))
    context = {
        "page": page,
        "above": above_items(form, request.user),
        "identity": identity,
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
        change(form, by=request.user, reason=Reason("closing", text), on=is_on)
    except ReviewRefused as problem:
        refuse(request, str(problem), text)
    else:
        messages.success(request, message)
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
        refuse(request, _("This form is closed; nothing was saved."), text)
    except SaveRefused as problem:
        reasons = " ".join(finding_text(finding) for finding in problem.findings)
        refuse(request, reasons, text)
    else:
        if is_changed:
            messages.success(request, _("A draft again. Complete it when it is right."))
        else:
            messages.info(request, _("That was done already; nothing changed."))
    return redirect(navigation.address(form))
