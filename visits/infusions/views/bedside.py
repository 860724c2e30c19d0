"""The bedside page of an infusion: each act is saved to the record at once."""

import base64

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Permission
from record.capture.problems import NotSaved
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from visits.deviations.selectors import day_0_change as deviations_selectors
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.forms.actions import StartForm, record_values
from visits.infusions.forms.controls import BedsideForm
from visits.infusions.page.bedside import BedsideInfusion, infusion_at, present_infusion
from visits.infusions.page.vital_grid import VitalSignLine
from visits.infusions.services import bedside as infusions
from visits.infusions.services.bedside import BedsideAction, Sent
from visits.infusions.views.actions import ACTS
from visits.schedule.facts import INFUSION_VISITS
from visits.schedule.views import visible_participant

REFUSED = 422
AGAIN = ("start", "stop")  # what may be corrected afterwards


@permitted(Permission.ENTER_BEDSIDE)
def bedside(request: StaffRequest, number: str, visit: str = "") -> HttpResponse:
    """Show an infusion, the present one unless named, with what is due next."""
    if not visit:
        participant = visible_participant(request, number)
        return redirect("visits:bedside", number, present_infusion(participant))
    return _page(request, infusion_at(_participant(request, number, visit), visit))


@permitted(Permission.ENTER_BEDSIDE)
@require_POST
def act(request: StaffRequest, number: str, visit: str, act: str) -> HttpResponse:
    """Store what was done; the same act sent again stores nothing twice."""
    participant = _participant(request, number, visit)
    if act not in ACTS:
        raise Http404
    form = ACTS[act].form(request.POST, auto_id=f"{act}-%s")
    if form.is_valid() and _is_by(request.user, form):
        if isinstance(form, StartForm) and _moves_day_0(participant, visit, form):
            return _preview(request, participant, visit, form)
        try:
            _store(_deed(request.user, participant, visit, form), act, form)
        except NotSaved as problem:
            form.show(problem, _form_of(participant, visit, act, form))
        else:
            messages.success(request, _("Saved."))
            return redirect("visits:bedside", number, visit)
    shown = _page(request, infusion_at(participant, visit), act=act, form=form)
    shown.status_code = REFUSED
    return shown


def _participant(request: StaffRequest, number: str, visit: str) -> Participant:
    participant = visible_participant(request, number)
    randomised = bool(casebook_of(participant, "RAN").rows("RAN"))
    if visit not in INFUSION_VISITS or not randomised:
        raise Http404
    return participant


def _is_by(user: User, form: BedsideForm) -> bool:
    is_own = form.cleaned_data["author"] in (None, user.pk)
    if not is_own:
        text = _("Somebody else typed this, and must sign in to send it.")
        form.add_error(None, text)
    return is_own


def _deed(
    user: User, participant: Participant, visit: str, form: BedsideForm
) -> BedsideAction:
    said = form.cleaned_data
    return BedsideAction(
        participant,
        visit,
        user,
        based_on=said["based_on"],
        why=said["why"],
        explanations=form.explanations,
    )


def _store(deed: BedsideAction, act: str, form: BedsideForm) -> None:
    said = form.cleaned_data
    sent = Sent(said["key"], act, form.digest, said["confirmed_at"])
    infusions.once(deed, sent, lambda: ACTS[act].store(deed, form))


def _form_of(
    participant: Participant, visit: str, act: str, form: BedsideForm
) -> FormInstance | None:
    """Return the form that an act changes, to tell who changed it meanwhile."""
    point = form.cleaned_data.get("point")
    held = FormInstance.objects.select_related("saved_by").filter(
        participant=participant,
        visit=visit,
        code=ACTS[act].code,
        occurrence=timing.POINTS.index(point) + 1 if point else 1,
    )
    return held.first()


def _moves_day_0(participant: Participant, visit: str, form: StartForm) -> bool:
    started_at = form.cleaned_data["started_at"]
    moves = infusions.moves_day_0(participant, visit, started_at)
    return moves and "confirmed" not in form.data


def _preview(
    request: StaffRequest, participant: Participant, visit: str, form: StartForm
) -> HttpResponse:
    """Show which windows another start of infusion 1 moves, before it is stored."""
    form.prepare_to_confirm()
    started_at = form.cleaned_data["started_at"]
    told = {
        "participant": participant,
        "visit": visit,
        "act": "start",
        "form": form,
        "changes": deviations_selectors.preview_day0_change(participant, started_at),
    }
    return render(request, "visits/infusions/day_0.html", told, status=REFUSED)


def _page(
    request: StaffRequest,
    infusion: BedsideInfusion,
    *,
    act: str = "",
    form: BedsideForm | None = None,
) -> HttpResponse:
    wanted = form.data.get("point", "") if form else request.GET.get("point", "")
    chosen = infusion.line(wanted) or infusion.at_hand
    shown = _forms(infusion, chosen)
    if form:
        again = act in AGAIN and infusion.started_at is not None
        shown[f"{act}_again" if again else act] = form
    told = {
        "participant": infusion.participant,
        "bedside": infusion,
        "chosen": chosen,
        "forms": shown,
        "infusions": INFUSION_VISITS,
        "queue_key": _queue_key(request.user),
    }
    return render(request, "visits/infusions/bedside.html", told)


def _forms(
    infusion: BedsideInfusion, chosen: VitalSignLine | None
) -> dict[str, BedsideForm]:
    """Return what can be filled in, each with the revision that it is based on."""
    revision = infusion.revision("INF")
    based_on = {"INF": revision, "VSI": chosen.based_on if chosen else None}
    point = chosen.point.code if chosen else None
    shown = {
        name: one.form(
            auto_id=f"{name}-%s",
            initial={"based_on": based_on.get(one.code), "point": point},
        )
        for name, one in ACTS.items()
    }
    shown["record"].initial.update(record_values(infusion.record))
    for name in AGAIN:
        form = ACTS[name].form(auto_id=f"{name}_again-%s", initial=shown[name].initial)
        form.asks_why = True
        shown[f"{name}_again"] = form
    return shown


def _queue_key(user: User) -> str:
    """Return the key with which this person's unsent entries are sealed on the tablet.

    The next person at the tablet gets another one, and can neither read nor send them.
    """
    made = salted_hmac(
        "visits.infusions.page.bedside.queue", str(user.pk), algorithm="sha256"
    )
    return base64.b64encode(made.digest()).decode()
