"""A visit or a casebook is signed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from entry.casebook.views import visible_participant
from entry.selectors.visibility import forms_visible_to
from entry.signing.page import SigningPage
from entry.signing.selectors import signables
from entry.signing.services import sign_each
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import SignatureForm
from record.accounts.roles import Permission
from record.audit.closure import database_lock_notice, database_lock_text
from record.audit.problems import RecordClosed
from record.review.problems import ReviewRefused
from record.review.selectors.sign_offs import CasebookPart, covered_codes
from record.review.services import note_part_shown
from visits.sign_off.problems import SignOffRefused
from visits.sign_off.services import sign_part


@sensitive_post_parameters()
@never_cache
@permitted(Permission.SIGN_FORM, Permission.SIGN_CASEBOOK)
def sign_several(request: StaffRequest) -> HttpResponse:
    identity = SignatureForm(request, request.POST or None)
    keys = request.POST.getlist("pages")
    if request.method == "POST" and not keys:
        identity.add_error(None, _("Choose at least one page that you have opened."))
    elif identity.is_valid():
        _sign_each(request, keys, identity)
        return redirect("entry:sign_several")
    pages = signables(request.user)
    context = {
        "identity": identity,
        "lock_notice": database_lock_notice(),
        "opened": [one for one in pages if one.is_opened],
        "unopened": [one for one in pages if not one.is_opened],
        "chosen": keys,
    }
    return render(request, "entry/signing/several.html", context)


def _sign_each(request: StaffRequest, keys: list[str], identity: SignatureForm) -> None:
    outcomes = sign_each(keys, proof=identity.proof, by=request.user)
    for outcome in outcomes:
        if outcome.problem:
            messages.error(request, f"{outcome.title}: {outcome.problem}")
    if count := sum(not outcome.problem for outcome in outcomes):
        message = ngettext("%(n)s page is signed.", "%(n)s pages are signed.", count)
        messages.success(request, message % {"n": count})


@sensitive_post_parameters()
@never_cache
@permitted(Permission.SIGN_CASEBOOK)
def sign_casebook(request: StaffRequest, number: str) -> HttpResponse:
    return _sign(request, CasebookPart(visible_participant(request, number)))


@sensitive_post_parameters()
@never_cache
@permitted(Permission.SIGN_FORM)
def sign_visit(
    request: StaffRequest, number: str, visit: str, place: int
) -> HttpResponse:
    participant = visible_participant(request, number)
    forms = forms_visible_to(request.user).filter(
        participant=participant,
        code__in=covered_codes(),
        visit=visit,
        visit_number=place,
    )
    get_object_or_404(forms[:1])
    return _sign(request, CasebookPart(participant, visit, place))


def _sign(request: StaffRequest, part: CasebookPart) -> HttpResponse:
    identity = SignatureForm(request, request.POST or None)
    if request.method == "POST" and identity.is_valid():
        shown = request.POST.get("shown", "")
        try:
            sign_part(part, shown=shown, proof=identity.proof, by=request.user)
        except (ReviewRefused, SignOffRefused) as problem:
            identity.add_error(None, str(problem))
        except RecordClosed:
            identity.add_error(None, database_lock_text())
        else:
            messages.success(request, _("Signed."))
            return redirect("entry:casebook", part.participant.number)
    page = SigningPage(part, request.user)
    note_part_shown(part, page.bound, by=request.user)
    context = {
        "page": page,
        "identity": identity,
        "lock_notice": database_lock_notice(),
        "may_sign_several": True,
    }
    return render(request, "entry/signing/sign.html", context)
