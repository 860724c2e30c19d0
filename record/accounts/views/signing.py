"""What an electronic signature means: read and acknowledged before the first one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from record.accounts import selectors
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import AcknowledgementForm
from record.accounts.problems import AccountRefused
from record.accounts.selectors import SIGNING
from record.accounts.services.signing import acknowledge_signature
from record.accounts.texts import SIGNATURE_STATEMENT, SIGNATURE_STATEMENT_VERSION
from record.accounts.views.session import next_page_of


@sensitive_post_parameters()
@never_cache
@permitted(*SIGNING)
def acknowledge(request: StaffRequest) -> HttpResponse:
    form = AcknowledgementForm(request, request.POST or None)
    if form.is_valid():
        try:
            acknowledge_signature(user=request.user, proof=form.proof)
        except AccountRefused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Acknowledged. You can sign now."))
            return redirect(next_page_of(request, request.user, "accounts:preferences"))
    context = {
        "form": form,
        "statement": _(SIGNATURE_STATEMENT),
        "version": SIGNATURE_STATEMENT_VERSION,
        "acknowledgements": selectors.acknowledgements_of(request.user),
        "next": next_page_of(request, request.user, "accounts:preferences"),
    }
    return render(request, "record/accounts/acknowledge.html", context)
