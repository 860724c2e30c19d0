"""Pages of a schedule: its visits; a visit missed, reopened or added."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from record.accounts.access import NotPermitted, StaffRequest, permitted
from record.accounts.roles import Permission
from record.capture.problems import NotSaved
from record.casebook.models import FormInstance, Participant
from trial_edc.vocabulary import INFUSION_VISITS, VisitCode
from visits.schedule import selectors, services
from visits.schedule.forms import MissedForm, ReopenForm, UnscheduledForm
from visits.schedule.problems import VisitRefused


def visible_participant(request: StaffRequest, number: str) -> Participant:
    """A participant whose schedule the reader may see, else 403 or 404."""
    if not selectors.reads_schedules(request.user):
        raise NotPermitted((Permission.READ_CASEBOOK,))
    participants = selectors.participants_visible_to(request.user)
    return get_object_or_404(participants, number=number)


@permitted(Permission.READ_CASEBOOK, when=selectors.reads_schedules)
def schedule(request: StaffRequest, number: str) -> HttpResponse:
    participant = visible_participant(request, number)
    plan = selectors.schedule(participant)
    context = {
        "participant": participant,
        "plan": plan,
        "rows": selectors.schedule_rows(participant, plan),
        "infusions": INFUSION_VISITS,
        "may_mark": request.user.may(Permission.MARK_MISSED),
        "may_infuse": request.user.may(Permission.ENTER_BEDSIDE),
    }
    return render(request, "visits/schedule/schedule.html", context)


@permitted(Permission.MARK_MISSED)
def add_unscheduled(request: StaffRequest, number: str) -> HttpResponse:
    participant = visible_participant(request, number)
    form = UnscheduledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = services.add_unscheduled_visit(
                participant, by=request.user, **form.cleaned_data
            )
        except VisitRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("entry:form", data.pk)
    context = {"participant": participant, "form": form}
    return render(request, "visits/schedule/unscheduled.html", context)


def _visit_record(
    request: StaffRequest, number: str, visit: str, place: int
) -> FormInstance:
    participant = visible_participant(request, number)
    return get_object_or_404(
        FormInstance,
        participant=participant,
        code="VIS",
        visit=visit,
        visit_number=place,
        struck_at=None,
    )


@permitted(Permission.MARK_MISSED)
def mark_missed(
    request: StaffRequest, number: str, visit: str, place: int
) -> HttpResponse:
    record = _visit_record(request, number, visit, place)
    form = MissedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            services.mark_missed(
                record,
                by=request.user,
                reason=cleaned["reason"],
                other=cleaned["other"],
            )
        except (VisitRefused, NotSaved) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Marked as missed; it can be reopened."))
            return redirect("visits:schedule", number)
    context = {
        "participant": record.participant,
        "form": form,
        "visit": VisitCode(visit),
    }
    return render(request, "visits/schedule/missed.html", context)


@permitted(Permission.MARK_MISSED)
def reopen(request: StaffRequest, number: str, visit: str, place: int) -> HttpResponse:
    record = _visit_record(request, number, visit, place)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reopen(record, by=request.user, why=form.cleaned_data["why"])
        except (VisitRefused, NotSaved) as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The visit is awaited again."))
            return redirect("visits:schedule", number)
    context = {
        "participant": record.participant,
        "form": form,
        "visit": VisitCode(visit),
    }
    return render(request, "visits/schedule/reopen.html", context)
