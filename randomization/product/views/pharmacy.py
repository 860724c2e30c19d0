"""Pages of unblinded product staff: infusions to prepare, and lots."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from randomization.models import LotRecord
from randomization.problems import RandomizationRefused
from randomization.product.forms import LotChangeForm, LotForm, MovementForm
from randomization.product.selectors.lots import (
    LotView,
    lot_views,
    product_records_of_lot,
)
from randomization.product.services import lots as lot_services
from randomization.product.services.product import preparations_with_arms
from randomization.study import selectors as study_selectors
from randomization.vocabulary import LotStatus
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission


@permitted(Permission.SEE_PRODUCT)
@never_cache
def preparations(request: StaffRequest) -> HttpResponse:
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
            lot = lot_services.register_lot(form.values, by=request.user)
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("randomization:lot", lot.pk)
    return render(request, "randomization/product/add_lot.html", {"form": form})


@permitted(Permission.SEE_PRODUCT)
@never_cache
def lot(request: StaffRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(LotRecord, pk=pk)
    view = LotView(record, record.content)
    act = request.POST.get("act", "")
    change = LotChangeForm(
        request.POST if act == "change" else None,
        initial=initial(view),
        auto_id="change_%s",
    )
    movement = MovementForm(request.POST if act == "move" else None)
    may_enter = request.user.may(Permission.ENTER_PRODUCT)
    if act and not may_enter:
        raise PermissionDenied
    form = change if act == "change" else movement
    if form.is_valid() and _is_done(request, record, form):
        return redirect("randomization:lot", record.pk)
    is_recalled = view.content["status"] == LotStatus.RECALLED
    context = {
        "lot": view,
        "exposed": product_records_of_lot(view.number) if is_recalled else [],
        "may_enter": may_enter,
        "change": change,
        "status_fields": [field for field in change if field.name != "reason"],
        "movement": movement,
    }
    return render(request, "randomization/product/lot.html", context)


def initial(view: LotView) -> dict[str, object]:
    values = {**view.content, "expires_at": view.expires_at}
    values.pop("reason", None)
    return values


def _is_done(
    request: StaffRequest, lot: LotRecord, form: LotChangeForm | MovementForm
) -> bool:
    answers = form.cleaned_data
    try:
        if isinstance(form, LotChangeForm):
            values = form.values
            reason = values.pop("reason")
            shown = request.POST.get("shown", "")
            lot_services.change_lot(
                lot, values, reason=reason, shown=shown, by=request.user
            )
        else:
            lot_services.record_movement(
                lot,
                kind=answers["kind"],
                amount=str(answers["amount"]),
                at=answers["at"].isoformat(),
                by=request.user,
            )
    except RandomizationRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True
