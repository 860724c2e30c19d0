"""The screening log, its forms, and the eligibility page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.problems import EnrollmentRefused
from enrollment.screening import page as log
from enrollment.screening import selectors as screening_selectors
from enrollment.screening import services as screening
from enrollment.screening.forms import (
    CloseForm,
    RegisterForm,
    RescreenForm,
    ScreeningForm,
)
from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.capture.problems import ExplanationNeeded, SaveRefused
from record.casebook.models import Participant

NOT_STORED = (SaveRefused, ExplanationNeeded, EnrollmentRefused)


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
    return render(request, "enrollment/screening/screening_log.html", context)


@permitted(Permission.ENTER_CRF)
def register_person(request: StaffRequest) -> HttpResponse:
    form, known = RegisterForm(request.POST or None), None
    if form.is_valid():
        try:
            person = screening.approach(
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
            screening.rescreen(person, by=request.user, **form.entered)
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
    found = eligibility_selectors.eligibility_of(person)
    known = found.casebook.value("SCN", "approach_result") is not None
    form = CloseForm(request.POST or None, result_known=known)
    if form.is_valid():
        values = form.entered
        try:
            screening.close_screening(
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


def _visible(request: StaffRequest, number: str) -> Participant:
    people = screening_selectors.people_visible_to(request.user)
    return get_object_or_404(people, number=number)


def _asked(request: HttpRequest, form: ScreeningForm, **context: Any) -> HttpResponse:
    return render(request, "enrollment/screening/form.html", {"form": form, **context})
