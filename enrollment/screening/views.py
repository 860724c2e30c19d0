"""The screening log and its forms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.identity.selectors import doubts_about
from enrollment.problems import EnrollmentRefused
from enrollment.screening import page, selectors
from enrollment.screening import services as screening
from enrollment.screening.forms import (
    CloseForm,
    RegisterForm,
    RescreenForm,
    ScreeningForm,
)
from enrollment.screening.tables import ScreeningTable
from enrollment.selectors import reads_whole_casebooks
from enrollment.views import visible_person
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.capture.problems import ExplanationNeeded, SaveRefused
from record.casebook.models import Participant

NOT_STORED = (SaveRefused, ExplanationNeeded, EnrollmentRefused)


@permitted(Permission.READ_CASEBOOK, when=reads_whole_casebooks)
def screening_log(request: StaffRequest) -> HttpResponse:
    rows = selectors.screenings(request.user)
    filters = {
        key: request.GET.get(key, "") for key in ("state", "reason", "criterion")
    }
    counts = selectors.counts_of(rows)
    by_reason = selectors.counts_by_reason(rows)
    by_criterion = selectors.counts_by_criterion(rows)
    is_filtered = any(filters.values())
    context = {
        "table": ScreeningTable(
            selectors.filtered(rows, **filters),
            request,
            lines_of=page.rows_of,
            total=None if is_filtered else counts["total"],
        ),
        "total": counts["total"],
        "people": counts["people"],
        "counts": counts,
        "reasons": page.counts_of_reasons(by_reason),
        "criteria": page.counts_of_criteria(by_criterion),
        "filters": filters,
        "is_filtered": is_filtered,
        "may_register": request.user.may(Permission.ENTER_CRF),
    }
    return render(request, "enrollment/screening/screening_log.html", context)


@permitted(Permission.ENTER_CRF)
def register_person(request: StaffRequest) -> HttpResponse:
    form, earlier = RegisterForm(request.POST or None), None
    if form.is_valid():
        try:
            person = screening.register_person(
                by=request.user,
                hospital_no=form.cleaned_data["hospital_no"],
                explanations=form.explanations,
                client_key=form.cleaned_data["client_key"],
                **form.item_values,
            )
        except NOT_STORED as problem:
            form.show_problem(problem)
            earlier = getattr(problem, "participant", None)
        else:
            messages.success(request, _("%(n)s is registered.") % {"n": person.number})
            _warn_of_doubts(request, person)
            return redirect("enrollment:eligibility", person.number)
    title = _("Register a person approached")
    return _form_page(request, form, title=title, earlier=earlier)


def _warn_of_doubts(request: StaffRequest, person: Participant) -> None:
    if numbers := doubts_about(person).undecided:
        message = _(
            "Perhaps the same person as %(numbers)s. An investigator decides before "
            "anybody is randomized."
        )
        messages.warning(request, message % {"numbers": ", ".join(numbers)})


@permitted(Permission.ENTER_CRF)
def rescreen(request: StaffRequest, number: str) -> HttpResponse:
    person = visible_person(request, number)
    form = RescreenForm(request.POST or None)
    if form.is_valid():
        try:
            screening.rescreen(person, by=request.user, **form.item_values)
        except NOT_STORED as problem:
            form.show_problem(problem)
        else:
            messages.success(request, _("A new screening has begun."))
            return redirect("enrollment:eligibility", person.number)
    return _form_page(request, form, title=_("Screen again"), person=person)


@permitted(Permission.ENTER_CRF)
def close(request: StaffRequest, number: str) -> HttpResponse:
    person = visible_person(request, number)
    eligibility = eligibility_selectors.eligibility_of(person)
    has_result = eligibility.casebook.value("SCN", "approach_result") is not None
    form = CloseForm(request.POST or None, has_result=has_result)
    if form.is_valid():
        values = form.item_values
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
            form.show_problem(problem)
        else:
            messages.success(request, _("The screening is closed."))
            return redirect("enrollment:eligibility", person.number)
    title = _("Close screening")
    return _form_page(
        request, form, title=title, person=person, eligibility=eligibility
    )


def _form_page(
    request: HttpRequest, form: ScreeningForm, **context: Any
) -> HttpResponse:
    return render(request, "enrollment/screening/form.html", {"form": form, **context})
