"""The bedside page of an infusion: each action is saved to the record at once."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.accounts.services.sign_in import stay_signed_in
from record.capture.problems import NotSaved
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from trial_edc.vocabulary import INFUSION_VISITS
from visits.deviations.selectors.day_0_change import preview_day0_change
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.forms.actions import StartForm, record_values
from visits.infusions.forms.controls import BedsideForm
from visits.infusions.page.bedside import BedsideInfusion, infusion_at
from visits.infusions.page.vital_signs import VitalSignLine
from visits.infusions.page.watch import watched_until
from visits.infusions.selectors.current import current_infusion_visit
from visits.infusions.services import bedside as infusions
from visits.infusions.services.bedside import BedsideAction, Submission
from visits.infusions.views.actions import ACTIONS
from visits.schedule.views import visible_participant

REFUSED = 422
CORRECTABLE = ("start", "stop")  # actions that may be corrected


@permitted(Permission.ENTER_BEDSIDE)
def bedside(request: StaffRequest, number: str, visit: str = "") -> HttpResponse:
    if not visit:
        participant = visible_participant(request, number)
        return redirect("visits:bedside", number, current_infusion_visit(participant))
    return _page(request, infusion_at(_participant(request, number, visit), visit))


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def act(request: StaffRequest, number: str, visit: str, act: str) -> HttpResponse:
    """Store an action; the same action sent again is not stored twice."""
    participant = _participant(request, number, visit)
    if act not in ACTIONS:
        raise Http404
    form = ACTIONS[act].form(request.POST, auto_id=f"{act}-%s")
    if form.is_valid() and _is_author(request.user, form):
        if isinstance(form, StartForm) and _moves_day_0(participant, visit, form):
            return _preview(request, participant, visit, form)
        try:
            _store(_action(request.user, participant, visit, form), act, form)
        except NotSaved as problem:
            form.show_problem(problem, _stored_form(participant, visit, act, form))
        else:
            messages.success(request, _("Saved."))
            return redirect("visits:bedside", number, visit)
    response = _page(request, infusion_at(participant, visit), act=act, form=form)
    response.status_code = REFUSED
    return response


def _participant(request: StaffRequest, number: str, visit: str) -> Participant:
    participant = visible_participant(request, number)
    is_randomized = bool(casebook_of(participant, "RAN").rows("RAN"))
    if visit not in INFUSION_VISITS or not is_randomized:
        raise Http404
    return participant


def _is_author(user: User, form: BedsideForm) -> bool:
    is_own = form.cleaned_data["author"] in (None, user.pk)
    if not is_own:
        text = _("Somebody else typed this, and must sign in to send it.")
        form.add_error(None, text)
    return is_own


def _action(
    user: User, participant: Participant, visit: str, form: BedsideForm
) -> BedsideAction:
    cleaned = form.cleaned_data
    return BedsideAction(
        participant,
        visit,
        user,
        based_on=cleaned["based_on"],
        why=cleaned["why"],
        explanations=form.explanations,
    )


def _store(action: BedsideAction, act: str, form: BedsideForm) -> None:
    cleaned = form.cleaned_data
    submission = Submission(cleaned["key"], act, form.digest, cleaned["confirmed_at"])
    infusions.store_once(action, submission, lambda: ACTIONS[act].store(action, form))


def _stored_form(
    participant: Participant, visit: str, act: str, form: BedsideForm
) -> FormInstance | None:
    point = form.cleaned_data.get("point")
    forms = FormInstance.objects.select_related("saved_by").filter(
        participant=participant,
        visit=visit,
        code=ACTIONS[act].code,
        occurrence=timing.POINTS.index(point) + 1 if point else 1,
    )
    return forms.first()


def _moves_day_0(participant: Participant, visit: str, form: StartForm) -> bool:
    started_at = form.cleaned_data["started_at"]
    moves = infusions.moves_day_0(participant, visit, started_at)
    return moves and "confirmed" not in form.data


def _preview(
    request: StaffRequest, participant: Participant, visit: str, form: StartForm
) -> HttpResponse:
    form.prepare_to_confirm()
    started_at = form.cleaned_data["started_at"]
    context = {
        "participant": participant,
        "visit": visit,
        "act": "start",
        "form": form,
        "changes": preview_day0_change(participant, started_at),
    }
    return render(request, "visits/infusions/day_0.html", context, status=REFUSED)


def _page(
    request: StaffRequest,
    infusion: BedsideInfusion,
    *,
    act: str = "",
    form: BedsideForm | None = None,
) -> HttpResponse:
    point = form.data.get("point", "") if form else request.GET.get("point", "")
    line = infusion.awaited_line(point) or infusion.line_to_measure
    forms = _forms(infusion, line)
    if form:
        form.is_correction = act in CORRECTABLE and infusion.started_at is not None
        forms[f"{act}_again" if form.is_correction else act] = form
    if isinstance(forms["start"], StartForm):
        forms["start"].is_ready = infusion.start.is_ready
    occasion = f"infusion {infusion.participant.number} {infusion.visit}"
    stay_signed_in(request, occasion, watched_until(infusion))
    context = {
        "participant": infusion.participant,
        "bedside": infusion,
        "line": line,
        "forms": forms,
        "infusions": INFUSION_VISITS,
    }
    return render(request, "visits/infusions/bedside.html", context)


def _forms(
    infusion: BedsideInfusion, line: VitalSignLine | None
) -> dict[str, BedsideForm]:
    revision = infusion.revision("INF")
    based_on = {"INF": revision, "VSI": line.based_on if line else None}
    point = line.point.code if line else None
    forms = {
        name: spec.form(
            auto_id=f"{name}-%s",
            initial={"based_on": based_on.get(spec.code), "point": point},
        )
        for name, spec in ACTIONS.items()
    }
    forms["record"].initial.update(record_values(infusion.record))
    for name in CORRECTABLE:
        form = ACTIONS[name].form(
            auto_id=f"{name}_again-%s", initial=forms[name].initial
        )
        form.asks_why = form.is_correction = True
        forms[f"{name}_again"] = form
    return forms
