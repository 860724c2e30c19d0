"""The page on which a form typed for the wrong participant is moved."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from entry.models import CONSENT_TO_MOVE
from entry.move.forms import MoveForm, SignedMoveForm, TargetForm
from entry.move.page import MovePage
from entry.move.problems import MoveRefused
from entry.move.rules import is_movable
from entry.move.services import MovePreview, move_form, preview_move
from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook import catalogue
from record.casebook.access import may_enter
from record.casebook.models import FormInstance, Participant


@permitted(Permission.ENTER_CRF)
def move(request: StaffRequest, pk: int) -> HttpResponse:
    form = get_object_or_404(forms_visible_to(request.user), pk=pk)
    if not is_movable(form.code):
        raise Http404
    page = MovePage(form, request.user)
    if not may_enter(request.user, catalogue.design(form.code)):
        raise PermissionDenied
    if request.method == "POST" and not page.may_move:
        raise PermissionDenied
    target = TargetForm(request.user, request.POST or None)
    if not target.is_valid():
        return _render(request, page, {"target": target})
    return _with_target(request, page, target)


def _with_target(
    request: StaffRequest, page: MovePage, target: TargetForm
) -> HttpResponse:
    """Show what would follow; or do it, once it is confirmed and signed."""
    is_confirmed = "shown" in request.POST
    kind = SignedMoveForm if page.decides else MoveForm
    consent = kind(request, request.POST if is_confirmed else None)
    try:
        if is_confirmed and consent.is_valid():
            moved = _moved(request, page.form, target.other, consent)
            return redirect(navigation.address(moved))
        preview: MovePreview | None = preview_move(
            page.form, target.other, by=request.user
        )
    except MoveRefused as problem:
        for reason in problem.reasons:
            target.add_error(None, reason)
        preview = None
    context = {
        "target": target,
        "preview": preview,
        "consent": consent,
        "meaning": CONSENT_TO_MOVE if page.decides else "",
    }
    return _render(request, page, context)


def _moved(
    request: StaffRequest, form: FormInstance, other: Participant, consent: Any
) -> FormInstance:
    moved = move_form(
        form,
        other,
        reason=consent.cleaned_data["reason"],
        shown=request.POST["shown"],
        proof=consent.proof,
        by=request.user,
    )
    message = _(
        "Moved from %(source)s to %(target)s, as a draft. Compare it with the source "
        "and mark it complete; links and files are entered anew."
    )
    numbers = {"source": form.participant.number, "target": other.number}
    messages.success(request, message % numbers)
    return moved


def _render(
    request: StaffRequest, page: MovePage, context: dict[str, Any]
) -> HttpResponse:
    forms = (context.get("target"), context.get("consent"))
    has_errors = any(form is not None and form.errors for form in forms)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if has_errors else HTTPStatus.OK
    return render(
        request, "entry/move/move.html", {"page": page, **context}, status=status
    )
