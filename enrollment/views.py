"""The screening log, its forms, and the eligibility page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enrollment.consent import services as register
from enrollment.consent import selectors as consents
from enrollment import selectors, services
from enrollment.screening import page as log
from enrollment.eligibility.page.whole import eligibility_page
from enrollment.eligibility.page.frozen_screening import used_screening
from enrollment.forms import (
    CloseForm,
    ConsentVersionForm,
    RegisterForm,
    RescreenForm,
    ScreeningForm,
)
from enrollment.models import ConsentDocument
from enrollment.models.confirmation import MEANING
from enrollment.problems import EnrollmentRefused
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import ConfirmIdentityForm
from record.accounts.models import User
from record.accounts.roles import Permission, persons
from record.capture.problems import ExplanationNeeded, Refused
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

NOT_STORED = (Refused, ExplanationNeeded, EnrollmentRefused)


def reads_whole_casebooks(user: User) -> bool:
    """Tell whether the role reads more than a part of them; screening is no part."""
    return user.limit(Permission.READ_CASEBOOK) is None


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def screening_log(request: StaffRequest) -> HttpResponse:
    """List every screening; each count leads to the lines that it counts."""
    lines = log.screening_log(request.user)
    asked = {key: request.GET.get(key, "") for key in ("state", "reason", "criterion")}
    shown = log.chosen(lines, **asked)
    context = {
        "lines": shown,
        "total": len(lines),
        "people": len({line.participant.pk for line in lines if not line.is_struck}),
        "counts": log.state_counts(lines),
        "reasons": log.reason_counts(lines),
        "criteria": log.criterion_counts(lines),
        "asked": asked,
        "is_filtered": any(asked.values()),
        "may_register": request.user.may(Permission.ENTER_CRF),
    }
    return render(request, "enrollment/screening_log.html", context)


@permitted(Permission.ENTER_CRF)
def register_person(request: StaffRequest) -> HttpResponse:
    """Enter a person approached."""
    form, known = RegisterForm(request.POST or None), None
    if form.is_valid():
        try:
            person = services.approach(
                by=request.user,
                hospital_no=form.cleaned_data["hospital_no"],
                explanations=form.explanations,
                client_key=form.cleaned_data["client_key"],
                **form.entered,
            )
        except NOT_STORED as problem:
            form.tell(problem)
            known = getattr(problem, "participant", None)
        else:
            messages.success(request, _("%(n)s is registered.") % {"n": person.number})
            return redirect("enrollment:eligibility", person.number)
    title = _("Register a person approached")
    return _asked(request, form, title=title, known=known)


@permitted(Permission.ENTER_CRF)
def rescreen(request: StaffRequest, number: str) -> HttpResponse:
    """Begin a further screening of the same person."""
    person = _visible(request, number)
    form = RescreenForm(request.POST or None)
    if form.is_valid():
        try:
            services.rescreen(person, by=request.user, **form.entered)
        except NOT_STORED as problem:
            form.tell(problem)
        else:
            messages.success(request, _("A new screening has begun."))
            return redirect("enrollment:eligibility", person.number)
    return _asked(request, form, title=_("Screen again"), person=person)


@permitted(Permission.ENTER_CRF)
def close(request: StaffRequest, number: str) -> HttpResponse:
    """End a screening without randomisation."""
    person = _visible(request, number)
    found = selectors.eligibility_of(person)
    known = found.binder.value("SCN", "approach_result") is not None
    form = CloseForm(request.POST or None, result_known=known)
    if form.is_valid():
        values = form.entered
        try:
            services.close_screening(
                person,
                reason=values.pop("screen_failure_reason"),
                closed_at=values.pop("screening_closed_at"),
                by=request.user,
                explanations=form.explanations,
                **values,
            )
        except NOT_STORED as problem:
            form.tell(problem)
        else:
            messages.success(request, _("The screening is closed."))
            return redirect("enrollment:eligibility", person.number)
    title = _("Close screening")
    return _asked(request, form, title=title, person=person, found=found)


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def consent_versions(request: StaffRequest) -> HttpResponse:
    """Show the versions of the consent document and who must be asked again."""
    held = persons(request.user.role, Permission.REFERENCE_DATA)
    may_enter = register.FIRST in held
    form = ConsentVersionForm(request.POST or None) if may_enter else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and form.is_valid():
        try:
            register.enter_version(form.entered, by=request.user)
        except EnrollmentRefused as problem:
            for reason in problem.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Entered; it counts once it is approved."))
            return redirect("enrollment:consent_versions")
    context = {
        "form": form,
        "may_approve": register.SECOND in held,
        "documents": consents.consent_documents(),
        "opening": PROTOCOL.consent_versions,
        "present": consents.present_version(),
        "asked": consents.people_to_ask(request.user),
    }
    return render(request, "enrollment/consent_versions.html", context)


@permitted(Permission.REFERENCE_DATA)
@require_POST
def approve_version(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve a version of the consent document as the second person."""
    document = get_object_or_404(ConsentDocument, pk=pk)
    register.approve_version(document, by=request.user)
    messages.success(request, _("Approved; it counts from its first day."))
    return redirect("enrollment:consent_versions")


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def eligibility(request: StaffRequest, number: str) -> HttpResponse:
    """Show the 24 criteria with what decides them; confirm the verdict."""
    person = _visible(request, number)
    may_confirm = request.user.may(Permission.CONFIRM_ELIGIBILITY)
    if request.method == "POST" and not may_confirm:
        raise PermissionDenied
    form = ConfirmIdentityForm(request, request.POST or None)
    if form.is_valid():
        try:
            services.confirm_eligibility(person, proof=form.proof, by=request.user)
        except EnrollmentRefused as problem:
            for reason in problem.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("Eligibility is confirmed."))
            return redirect("enrollment:eligibility", person.number)
    context = _eligibility_context(request, selectors.eligibility_of(person))
    context |= {"form": form, "may_confirm": may_confirm}
    return render(request, "enrollment/eligibility.html", context)


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def frozen(request: StaffRequest, number: str) -> HttpResponse:
    """Show the screening values that a randomisation used, and what was corrected."""
    person = _visible(request, number)
    kept = selectors.frozen_of(person)
    found = selectors.eligibility_of(person)
    used = used_screening(found, kept) if kept else None
    context = {"found": found, "used": used}
    return render(request, "enrollment/frozen.html", context)


def _eligibility_context(
    request: StaffRequest, found: selectors.Eligibility
) -> dict[str, Any]:
    now = clock.now()
    return {
        "found": found,
        "page": eligibility_page(found, now),
        "meaning": MEANING,
        "obstacles": services.obstacles_to_confirmation(found),
        "confirmed": found.confirmation,
        "holds": found.holds_confirmation_at(now),
        "may_enter": request.user.may(Permission.ENTER_CRF),
        "is_over": found.is_screening_closed,
        "is_randomised": found.binder.fact("is_randomised"),
    }


def _visible(request: StaffRequest, number: str) -> Participant:
    people = selectors.people_visible_to(request.user)
    return get_object_or_404(people, number=number)


def _asked(request: HttpRequest, form: ScreeningForm, **context: Any) -> HttpResponse:
    return render(request, "enrollment/form.html", {"form": form, **context})
