"""One infusion at the product desk: confirm with the password, label, hand over."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from randomization.problems import RandomizationRefused
from randomization.product.forms import HandOverForm
from randomization.product.selectors.preparation_worklist import Preparation, are_two
from randomization.product.services import preparing
from randomization.product.services.label import label_pdf, pdf_writer
from randomization.product.services.product import preparation_with_arm
from randomization.study import selectors as study_selectors
from randomization.vocabulary import Part
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import ConfirmIdentityForm
from record.accounts.roles import Permission
from record.casebook.models import FormInstance
from trial_edc import clock


@permitted(Permission.SEE_PRODUCT)
@sensitive_post_parameters("password")
@never_cache
def preparation(request: StaffRequest, pk: int) -> HttpResponse:
    """Show how far an infusion is; product staff confirm it and hand it over."""
    form = _product_record(pk)
    act = request.POST.get("act", "")
    if act and not request.user.may(Permission.SIGN_PRODUCT):
        raise PermissionDenied
    identity = ConfirmIdentityForm(request, request.POST if act == "confirm" else None)
    handing = HandOverForm(request.POST if act == "hand_over" else None)
    forms: dict[str, ConfirmIdentityForm | HandOverForm] = {
        "confirm": identity,
        "hand_over": handing,
    }
    asked = forms.get(act)
    if asked and asked.is_valid() and _acted(request, form, asked):
        return redirect("randomization:preparation", pk)
    found = preparation_with_arm(form, by=request.user)
    if found is None:
        raise Http404
    context = {
        "one": found,
        "identity": identity,
        "handing": handing,
        **_state(request, found),
    }
    status = HTTPStatus.BAD_REQUEST if act else HTTPStatus.OK
    return render(
        request, "randomization/product/preparation.html", context, status=status
    )


def _product_record(pk: int) -> FormInstance:
    form_data = FormInstance.objects.select_related("participant")
    return get_object_or_404(form_data.filter(code="PRD", struck_at=None), pk=pk)


def _state(request: StaffRequest, found: Preparation) -> dict[str, object]:
    """Return what decides which act comes next."""
    record, me = found.record, request.user.pk
    mine = {found.named(part) for part in Part}
    return {
        "parts": [found.part(part) for part in Part],
        "is_confirmed": are_two(found.checks),
        "may_act": request.user.may(Permission.SIGN_PRODUCT),
        "may_confirm": record is not None
        and me in mine
        and me not in {one.signer_id for one in found.checks},
        "is_handed_over": found.handed_over_at is not None,
        "paused_at": study_selectors.infusions_paused_at(),
    }


def _acted(
    request: StaffRequest,
    form: FormInstance,
    asked: ConfirmIdentityForm | HandOverForm,
) -> bool:
    try:
        if isinstance(asked, ConfirmIdentityForm):
            preparing.confirm_preparation(form, proof=asked.proof, by=request.user)
        else:
            said = asked.cleaned_data
            preparing.hand_over(
                form, to=said["handed_to"], at=said["at"], by=request.user
            )
    except RandomizationRefused as problem:
        asked.add_error(None, str(problem))
        return False
    return True


@permitted(Permission.ENTER_PRODUCT)
@never_cache
def label(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the masked label of the bag as PDF; that it was made is recorded."""
    form = _product_record(pk)
    try:
        writer = pdf_writer()
        found = preparing.label_of(form, by=request.user)
    except RandomizationRefused as problem:
        messages.error(request, str(problem))
        return redirect("randomization:preparation", pk)
    name = f"label-{found.code}-{found.infusion_number}.pdf"
    return HttpResponse(
        label_pdf(writer, found, made_at=clock.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
