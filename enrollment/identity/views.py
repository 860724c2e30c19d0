"""Whether two participants are one person: the page, and the signed answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.identity.forms import IdentityAnswerForm
from enrollment.identity.page import identity_page
from enrollment.identity.services import decide
from enrollment.models.identity import DECISION
from enrollment.problems import EnrollmentRefused
from enrollment.views import visible_person
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission


@permitted(Permission.ENTER_CRF)
def identity(request: StaffRequest, number: str) -> HttpResponse:
    person = visible_person(request, number)
    may_decide = request.user.may(Permission.CONFIRM_ELIGIBILITY)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    page = identity_page(person)
    sent = request.POST if request.method == "POST" else request.GET
    question = page.chosen(sent.get("question", ""))
    form = IdentityAnswerForm(request, request.POST or None)
    if question and form.is_valid():
        try:
            decide(question, **form.cleaned_data, proof=form.proof, by=request.user)
        except EnrollmentRefused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The answer is signed."))
            return redirect("enrollment:identity", person.number)
    context = {
        "person": person,
        "page": page,
        "may_decide": may_decide,
        "question": question if may_decide else None,
        "form": form,
        "meaning": DECISION,
    }
    return render(request, "enrollment/identity/identity.html", context)
