"""What unblinded product staff need: infusions to prepare, and lots."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from randomization.models import LotRecord
from randomization.problems import RandomizationRefused
from randomization.product.forms import LotChangeForm, LotForm, MovementForm
from randomization.product.selectors.lots import LotView, exposed_to, lot_views
from randomization.product.services import lots as service
from randomization.product.services.product import preparations_with_arms
from randomization.study import selectors as study_selectors
from randomization.vocabulary import LotStatus
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission


@permitted(Permission.SEE_PRODUCT)
@never_cache
def preparations(request: StaffRequest) -> HttpResponse:
    """List the infusions to prepare, each with its arm; the view is recorded."""
    context = {
        "preparations": preparations_with_arms(by=request.user),
        "paused_at": study_selectors.infusions_paused_at(),
    }
    return render(request, "randomization/product/preparations.html", context)


@permitted(Permission.SEE_PRODUCT)
@never_cache
def lots(request: StaffRequest) -> HttpResponse:
    context = {
        "lots": lot_views(),
        "may_enter": request.user.may(Permission.ENTER_PRODUCT),
    }
    return render(request, "randomization/product/lots.html", context)


@permitted(Permission.ENTER_PRODUCT)
def add_lot(request: StaffRequest) -> HttpResponse:
    form = LotForm(request.POST or None)
    if form.is_valid():
        try:
            lot = service.register_lot(form.values, by=request.user)
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("randomization:lot", lot.pk)
    return render(request, "randomization/product/add_lot.html", {"form": form})


@permitted(Permission.SEE_PRODUCT)
@never_cache
def lot(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a lot with its account; product staff change it and move containers."""
    found = get_object_or_404(LotRecord, pk=pk)
    shown = LotView(found, found.content)
    act = request.POST.get("act", "")
    change = LotChangeForm(
        request.POST if act == "change" else None, initial=initial(shown)
    )
    movement = MovementForm(request.POST if act == "move" else None)
    may_enter = request.user.may(Permission.ENTER_PRODUCT)
    if act and not may_enter:
        raise PermissionDenied
    form = change if act == "change" else movement
    if form.is_valid() and _acted(request, found, form):
        return redirect("randomization:lot", found.pk)
    is_recalled = shown.content["status"] == LotStatus.RECALLED
    context = {
        "lot": shown,
        "exposed": exposed_to(shown.number) if is_recalled else [],
        "may_enter": may_enter,
        "change": change,
        "status_fields": [field for field in change if field.name != "reason"],
        "movement": movement,
    }
    return render(request, "randomization/product/lot.html", context)


def initial(shown: LotView) -> dict[str, object]:
    """Return what the form of a change begins with; the reason is asked anew."""
    known = {**shown.content, "expires_at": shown.expires_at}
    known.pop("reason", None)
    return known


def _acted(
    request: StaffRequest, lot: LotRecord, form: LotChangeForm | MovementForm
) -> bool:
    said = form.cleaned_data
    try:
        if isinstance(form, LotChangeForm):
            values = form.values
            reason = values.pop("reason")
            service.change_lot(lot, values, reason=reason, by=request.user)
        else:
            service.move(
                lot,
                kind=said["kind"],
                amount=str(said["amount"]),
                at=said["at"].isoformat(),
                by=request.user,
            )
    except RandomizationRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True
