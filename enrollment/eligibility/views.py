"""The eligibility page, and the screening values that were used."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.page.eligibility_page import eligibility_page
from enrollment.eligibility.page.frozen_screening import used_screening
from enrollment.eligibility.services import confirmation
from enrollment.identity.selectors import doubts_about, has_person_key
from enrollment.models.confirmation import MEANING
from enrollment.problems import EnrollmentRefused
from enrollment.selectors import reads_whole_casebooks
from enrollment.views import visible_person
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import SignatureForm
from record.accounts.roles import Permission
from record.casebook.models import FormInstance
from trial_edc import clock


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def eligibility(request: StaffRequest, number: str) -> HttpResponse:
    person = visible_person(request, number)
    may_confirm = request.user.may(Permission.CONFIRM_ELIGIBILITY)
    if request.method == "POST" and not may_confirm:
        raise PermissionDenied
    form = SignatureForm(request, request.POST or None)
    if form.is_valid():
        try:
            confirmation.confirm_eligibility(
                person,
                shown_digest=request.POST.get("shown", ""),
                shown_forms=request.POST.get("shown_forms", ""),
                proof=form.proof,
                by=request.user,
            )
        except EnrollmentRefused as problem:
            for reason in problem.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Eligibility is confirmed."))
            return redirect("enrollment:eligibility", person.number)
    context = _eligibility_context(
        request, eligibility_selectors.eligibility_of(person)
    )
    context |= {"form": form, "may_confirm": may_confirm}
    return render(request, "enrollment/eligibility/eligibility.html", context)


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def frozen(request: StaffRequest, number: str) -> HttpResponse:
    person = visible_person(request, number)
    frozen_values = eligibility_selectors.frozen_of(person)
    eligibility = eligibility_selectors.eligibility_of(person)
    used_values = used_screening(eligibility, frozen_values) if frozen_values else None
    context = {"eligibility": eligibility, "used": used_values}
    return render(request, "enrollment/eligibility/frozen.html", context)


def _eligibility_context(
    request: StaffRequest, eligibility: eligibility_selectors.Eligibility
) -> dict[str, Any]:
    now = clock.now()
    return {
        "eligibility": eligibility,
        "page": eligibility_page(eligibility, now),
        "meaning": MEANING,
        "obstacles": confirmation.obstacles_to_confirmation(eligibility),
        "confirmed": eligibility.confirmation,
        "holds": eligibility.is_confirmed_at(now),
        "may_enter": request.user.may(Permission.ENTER_CRF),
        "is_over": eligibility.is_screening_closed,
        "is_randomized": eligibility.casebook.fact("is_randomized"),
        **_doubts_context(request, eligibility),
    }


def _doubts_context(
    request: StaffRequest, eligibility: eligibility_selectors.Eligibility
) -> dict[str, Any]:
    """What the site is to know of one person with two numbers."""
    if not request.user.may(Permission.ENTER_CRF):
        return {"has_person_key": True}
    person = eligibility.participant
    contacts = FormInstance.objects.filter(participant=person, code="CTC")
    contact_id = contacts.values_list("pk", flat=True).first()
    is_needed = eligibility.is_consented and not eligibility.casebook.fact(
        "is_randomized"
    )
    return {
        "has_person_key": not is_needed or has_person_key(person),
        "doubts": doubts_about(person),
        "contact_url": reverse("entry:form", args=[contact_id]) if contact_id else "",
    }
