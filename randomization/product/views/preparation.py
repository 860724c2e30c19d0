"""The preparation of one infusion: confirm with the password, label, hand over."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from randomization.problems import RandomizationRefused
from randomization.product.forms import HandOverForm
from randomization.product.selectors.preparation_worklist import (
    Preparation,
    are_two_persons,
)
from randomization.product.services import preparation as preparation_services
from randomization.product.services.label import label_pdf, pdf_writer
from randomization.product.services.product import preparation_with_arm
from randomization.study import selectors as study_selectors
from randomization.vocabulary import Part
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import SignatureForm
from record.accounts.roles import Permission
from record.casebook.models import FormInstance


@permitted(Permission.SEE_PRODUCT)
@sensitive_post_parameters("password")
@never_cache
def preparation(request: StaffRequest, pk: int) -> HttpResponse:
    form = _product_record(pk)
    act = request.POST.get("act", "")
    if act and not request.user.may(Permission.SIGN_PRODUCT):
        raise PermissionDenied
    identity_form = SignatureForm(request, request.POST if act == "confirm" else None)
    hand_over_form = HandOverForm(request.POST if act == "hand_over" else None)
    forms: dict[str, SignatureForm | HandOverForm] = {
        "confirm": identity_form,
        "hand_over": hand_over_form,
    }
    action_form = forms.get(act)
    if action_form and action_form.is_valid() and _is_done(request, form, action_form):
        return redirect("randomization:preparation", pk)
    requested = preparation_with_arm(form, by=request.user)
    if requested is None:
        raise Http404
    context = {
        "preparation": requested,
        "identity_form": identity_form,
        "hand_over_form": hand_over_form,
        **_next_act(request, requested),
    }
    status = HTTPStatus.BAD_REQUEST if act else HTTPStatus.OK
    return render(
        request, "randomization/product/preparation.html", context, status=status
    )


def _product_record(pk: int) -> FormInstance:
    return get_object_or_404(FormInstance, code="PRD", struck_at=None, pk=pk)


def _next_act(request: StaffRequest, preparation: Preparation) -> dict[str, object]:
    record, me = preparation.record, request.user.pk
    persons = {preparation.person_named(part) for part in Part}
    return {
        "parts": [preparation.part_status(part) for part in Part],
        "is_confirmed": are_two_persons(preparation.checks),
        "may_act": request.user.may(Permission.SIGN_PRODUCT),
        "may_confirm": record is not None
        and me in persons
        and me not in {check.signer_id for check in preparation.checks},
        "is_handed_over": preparation.handed_over_at is not None,
        "paused_at": study_selectors.infusions_paused_at(),
    }


def _is_done(
    request: StaffRequest,
    form: FormInstance,
    action_form: SignatureForm | HandOverForm,
) -> bool:
    try:
        if isinstance(action_form, SignatureForm):
            preparation_services.confirm_preparation(
                form,
                shown_digest=request.POST.get("shown", ""),
                proof=action_form.proof,
                by=request.user,
            )
        else:
            answers = action_form.cleaned_data
            preparation_services.hand_over(
                form, to=answers["handed_to"], at=answers["at"], by=request.user
            )
    except RandomizationRefused as problem:
        action_form.add_error(None, str(problem))
        return False
    return True


@permitted(Permission.ENTER_PRODUCT)
@never_cache
def label(request: StaffRequest, pk: int) -> HttpResponse:
    form = _product_record(pk)
    try:
        writer = pdf_writer()
        bag_label = preparation_services.label_of(form, by=request.user)
    except RandomizationRefused as problem:
        messages.error(request, str(problem))
        return redirect("randomization:preparation", pk)
    name = f"label-{bag_label.code}-{bag_label.infusion_number}.pdf"
    return HttpResponse(
        label_pdf(writer, bag_label),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
