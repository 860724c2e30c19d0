"""The page of one casebook: its grid, and the way to what is entered first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from enrollment.consent.texts import CONSENT_FIRST
from entry.casebook.selectors.grid import casebook_grid_of
from entry.selectors import navigation
from entry.selectors.visibility import participants_visible_to
from randomization.allocation.selectors import allocation_of
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from trial_edc.context import page_for

CONSENT = "CNS"
REGISTER = "enrollment:register"
QUERIES = "review:queries"
CASEBOOK_READERS = (Permission.READ_CASEBOOK, Permission.SEE_PRODUCT)


def visible_participant(request: StaffRequest, number: str) -> Participant:
    """A participant whose casebook the reader may open, else 404."""
    return get_object_or_404(participants_visible_to(request.user), number=number)


def way_to_missing_consent(
    request: StaffRequest, participant: Participant
) -> HttpResponse | None:
    """To the log of consents, while there is none; before it nothing is entered."""
    if casebook_of(participant, CONSENT).fact("consented_on"):
        return None
    messages.error(request, _(CONSENT_FIRST))
    return redirect("entry:log", participant.number, CONSENT)


@permitted(*CASEBOOK_READERS)
def casebook(request: StaffRequest, number: str) -> HttpResponse:
    participant = visible_participant(request, number)
    book = casebook_grid_of(participant, request.user)
    links = navigation.participant_pages(number, book.status, request.user)
    links += navigation.closing_page(number, request.user)
    queries = page_for(request.user, QUERIES)
    context = {
        "book": book,
        "links": links,
        "queries": queries,
        "ask": page_for(request.user, "review:ask", number),
        "forms_to_open": navigation.forms_to_open(
            number, book.status, request.user, {cell.form.code for cell in book.once}
        ),
        "allocation": allocation_of(participant),
        "may_sign_visits": request.user.may(Permission.SIGN_FORM),
    }
    return render(request, "entry/casebook/casebook.html", context)
