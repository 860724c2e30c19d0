"""Verification of a form as a whole, on to the next of the list, and its undoing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entry.form.forms import raw_values
from entry.form.views.form import visible_form
from entry.selectors import navigation
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.audit.attribution import Reason
from record.casebook.models import FormInstance
from record.casebook.selectors import revisions_of, row_of
from record.review import services as review
from record.review.problems import ReviewRefused
from record.review.to_verify import next_to_verify
from trial_edc.pages import refuse
from trial_edc.typed_text import written


@permitted(Permission.VERIFY)
def verify_form(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if request.method != "POST":
        return redirect(navigation.address(form))
    revisions = revisions_of(form, row_of(form))
    try:
        shown = raw_values.revision_in(request.POST)
        review.verify(form, revisions, shown_revision=shown, by=request.user)
    except ReviewRefused as refused:
        messages.error(request, str(refused))
        return redirect(_in_list(form, request.POST.get("list")))
    if "list" not in request.POST:
        messages.success(request, _("Verified."))
        return redirect(navigation.address(form))
    return _go_on(request, form, request.POST["list"])


def _go_on(request: StaffRequest, form: FormInstance, chosen: str) -> HttpResponse:
    title = f"{form.participant.number} {navigation.form_title(form)}"
    messages.success(request, _("Verified: %(form)s.") % {"form": title})
    if (following := next_to_verify(request, form, chosen)) is None:
        messages.info(request, _("That was the last form of this list."))
        return redirect(f"{reverse('review:verification')}?{chosen}")
    return redirect(_in_list(following, chosen))


def _in_list(form: FormInstance, chosen: str | None) -> str:
    query = "" if chosen is None else f"?{urlencode({'list': chosen})}"
    return navigation.address(form) + query


@permitted(Permission.VERIFY)
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw every verification of the form that is in force."""
    form = visible_form(request, pk)
    text = written(request.POST.get("text", ""))
    if not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    reason = Reason("verification", text)
    try:
        count = review.withdraw_verifications(form, by=request.user, reason=reason)
    except ReviewRefused as problem:
        refuse(request, str(problem), text)
    else:
        done = _("The verification is withdrawn; the form is to be verified again.")
        already = _("That was done already; nothing changed.")
        messages.success(request, done if count else already)
    return redirect(navigation.address(form))
