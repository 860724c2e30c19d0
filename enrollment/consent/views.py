"""Versions of the consent document, and who must be asked again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enrollment.consent import selectors as consents
from enrollment.consent import services as register
from enrollment.consent.forms import ConsentVersionForm
from enrollment.models import ConsentDocument
from enrollment.problems import EnrollmentRefused
from enrollment.selectors import reads_whole_casebooks
from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.roles import FIRST, SECOND, Permission
from record.review.problems import ApprovalRefused
from trial_edc.pages import act_or_report
from trial_edc.protocol import PROTOCOL


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def consent_versions(request: StaffRequest) -> HttpResponse:
    may_enter = may_be(request.user, FIRST, Permission.REFERENCE_DATA)
    form = ConsentVersionForm(request.POST or None) if may_enter else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and form.is_valid():
        try:
            register.enter_version(form.new_version, by=request.user)
        except EnrollmentRefused as problem:
            for reason in problem.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Entered; it counts once it is approved."))
            return redirect("enrollment:consent_versions")
    context = {
        "form": form,
        "may_approve": may_be(request.user, SECOND, Permission.REFERENCE_DATA),
        "documents": consents.consent_documents(),
        "opening": PROTOCOL.consent_versions,
        "present": consents.present_version(),
        "to_reconsent": consents.participants_to_reconsent(request.user),
    }
    return render(request, "enrollment/consent/consent_versions.html", context)


@permitted(Permission.REFERENCE_DATA, person=SECOND)
@require_POST
def approve_version(request: StaffRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(ConsentDocument, pk=pk)
    shown = request.POST.get("shown", "")
    act_or_report(
        request,
        lambda: register.approve_version(document, shown=shown, by=request.user),
        _("Approved; it counts from its first day."),
        refusal=ApprovalRefused,
    )
    return redirect("enrollment:consent_versions")
