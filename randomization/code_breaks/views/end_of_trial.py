"""The end of the trial: the restricted part stated ready, the code opened."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from randomization.code_breaks.forms import ProposeOpeningForm
from randomization.code_breaks.selectors import end_of_trial as end_of_trial_selectors
from randomization.code_breaks.services import end_of_trial as end_of_trial_services
from randomization.problems import RandomizationRefused
from randomization.study import selectors as study_selectors
from randomization.views import run_or_report
from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.forms import ConfirmIdentityForm
from record.accounts.roles import FIRST, SECOND, Permission


@permitted(Permission.STATE_RESTRICTED_READY)
@never_cache
def restricted_part(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        run_or_report(
            request,
            lambda: end_of_trial_services.state_restricted_ready(by=request.user),
        )
        return redirect("randomization:restricted_part")
    context = {
        "outstanding": study_selectors.outstanding_forms(request.user),
        "statement": study_selectors.restricted_statement(),
    }
    return render(request, "randomization/code_breaks/restricted_part.html", context)


@permitted(Permission.OPEN_CODE, Permission.CODE_BREAK)
@sensitive_post_parameters("password")
@never_cache
def opened_code(request: StaffRequest) -> HttpResponse:
    opening = end_of_trial_selectors.code_opening()
    is_open = opening is not None and opening.opened_at is not None
    person = FIRST if opening is None else SECOND
    may_act = not is_open and may_be(request.user, person, Permission.OPEN_CODE)
    form = None
    if may_act:
        kind = ProposeOpeningForm if opening is None else ConfirmIdentityForm
        form = kind(request, request.POST or None)
        if form.is_valid() and _is_done(request, form):
            return redirect("randomization:opened_code")
    context = {
        "opening": opening,
        "form": form,
        "is_locked": end_of_trial_selectors.is_locked(),
        "arms": end_of_trial_services.opened_arms(by=request.user) if is_open else [],
    }
    failed = form is not None and form.is_bound
    status = HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK
    return render(
        request, "randomization/code_breaks/opened_code.html", context, status=status
    )


def _is_done(request: StaffRequest, form: ConfirmIdentityForm) -> bool:
    try:
        if isinstance(form, ProposeOpeningForm):
            end_of_trial_services.propose_opening(
                reason=form.reason, proof=form.proof, by=request.user
            )
        else:
            end_of_trial_services.confirm_opening(proof=form.proof, by=request.user)
    except RandomizationRefused as problem:
        form.add_error(None, str(problem))
        return False
    return True
