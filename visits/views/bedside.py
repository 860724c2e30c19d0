"""The bedside page of an infusion: each measurement is saved to the record at once."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import StaffRequest, permitted
from accounts.roles import Permission
from capture.problems import (
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    ReasonNeeded,
    Refused,
)
from casebook.checks import Finding
from casebook.models import Participant
from casebook.selectors import binder_of
from visits import infusions, selectors, services, timing
from visits.bedside import infusion_at, present_infusion
from visits.forms import NotTakenForm, StartForm, StopForm, VitalSignsForm
from visits.schedule import INFUSION_VISITS
from visits.views.schedule import visible_participant

# Shown on the page, corrected on the form of the row.
TO_FORM = (ReasonNeeded, FormClosed)


def _participant(request: StaffRequest, number: str, visit: str) -> Participant:
    participant = visible_participant(request, number)
    randomised = bool(binder_of(participant, "RAN").rows("RAN"))
    if visit not in INFUSION_VISITS or not randomised:
        raise Http404
    return participant


def _page(
    request: StaffRequest,
    participant: Participant,
    visit: str,
    **forms: object,
) -> HttpResponse:
    bedside = infusion_at(participant, visit)
    told = {
        "participant": participant,
        "bedside": bedside,
        "chosen": forms.pop("chosen", None) or bedside.next_point,
        "vital_signs": VitalSignsForm(),
        "not_taken": NotTakenForm(),
        "start": StartForm(),
        "stop": StopForm(),
        **forms,
    }
    return render(request, "visits/bedside.html", told)


@permitted(Permission.ENTER_BEDSIDE)
def bedside(request: StaffRequest, number: str, visit: str = "") -> HttpResponse:
    """Show an infusion, the present one unless named, with what is due next."""
    if not visit:
        participant = visible_participant(request, number)
        present = present_infusion(participant)
        return redirect("visits:bedside", number, present)
    return _page(request, _participant(request, number, visit), visit)


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def measure(request: StaffRequest, number: str, visit: str, point: str) -> HttpResponse:
    """Save the measurement of a time point."""
    participant = _participant(request, number, visit)
    if point not in timing.POINTS:
        raise Http404
    form = VitalSignsForm(request.POST)
    if form.is_valid():
        problem = _saved(
            lambda: services.record_vital_signs(
                participant,
                visit,
                point,
                form.cleaned_data,
                by=request.user,
                explanations=form.explanations,
            )
        )
        if problem is None:
            messages.success(request, _("Saved."))
            return redirect("visits:bedside", number, visit)
        _show(problem, form)
    chosen = next(p for p in infusion_at(participant, visit).points if p.code == point)
    return _page(request, participant, visit, vital_signs=form, chosen=chosen)


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def not_taken(
    request: StaffRequest, number: str, visit: str, point: str
) -> HttpResponse:
    """Record that nothing was measured at a time point, and why."""
    participant = _participant(request, number, visit)
    if point not in timing.POINTS:
        raise Http404
    form = NotTakenForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        problem = _saved(
            lambda: services.vital_signs_not_taken(
                participant, visit, point, reason=reason, by=request.user
            )
        )
        if problem is None:
            return redirect("visits:bedside", number, visit)
        form.add_error(None, _told(problem))
    return _page(request, participant, visit, not_taken=form)


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def start(request: StaffRequest, number: str, visit: str) -> HttpResponse:
    """Start an infusion; another start of infusion 1 shows the new windows first."""
    participant = _participant(request, number, visit)
    form = StartForm(request.POST)
    if not form.is_valid():
        return _page(request, participant, visit, start=form)
    said = form.cleaned_data
    moves = infusions.moves_day_0(participant, visit, said["started_at"])
    if moves and "confirmed" not in request.POST:
        changes = selectors.preview_day0_change(participant, said["started_at"])
        told = {"participant": participant, "form": form, "changes": changes}
        return render(request, "visits/day_0.html", {**told, "visit": visit})
    problem = _saved(
        lambda: infusions.start(
            participant, visit, said["started_at"], by=request.user, why=said["why"]
        )
    )
    if problem is None:
        return redirect("visits:bedside", number, visit)
    form.add_error(None, _told(problem))
    return _page(request, participant, visit, start=form)


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def stop(request: StaffRequest, number: str, visit: str) -> HttpResponse:
    """Record that an infusion has ended."""
    participant = _participant(request, number, visit)
    form = StopForm(request.POST)
    if form.is_valid():
        at = form.cleaned_data["stopped_at"]
        problem = _saved(
            lambda: infusions.stop(participant, visit, at, by=request.user)
        )
        if problem is None:
            return redirect("visits:bedside", number, visit)
        form.add_error(None, _told(problem))
    return _page(request, participant, visit, stop=form)


def _saved(save: Callable[[], object]) -> NotSaved | None:
    try:
        save()
    except NotSaved as problem:
        return problem
    return None


def _show(problem: NotSaved, form: VitalSignsForm) -> None:
    """Put what is wrong beside its control."""
    if isinstance(problem, ExplanationNeeded):
        found = {f.check_id: (f.item, _words(f)) for f in problem.findings}
        form.ask_to_explain(found)
    elif isinstance(problem, Refused):
        for finding in problem.findings:
            item = finding.item if finding.item in form.fields else None
            form.add_error(item, _words(finding))
    else:
        form.add_error(None, _told(problem))


def _told(problem: NotSaved) -> str:
    if isinstance(problem, TO_FORM):
        return _("This was entered before. Open its form to correct it.")
    findings = getattr(problem, "findings", ())
    return " ".join(_words(finding) for finding in findings) or str(problem)


def _words(finding: Finding) -> str:
    text = _(finding.message)
    return text % finding.details if finding.details else text
