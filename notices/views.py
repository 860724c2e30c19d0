"""The page of all messages: what left, what waits, what could not be delivered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import StaffRequest, permitted
from accounts.roles import Permission
from notices import selectors, services
from notices.models import MessageState

LINES_A_PAGE = 100


@permitted(Permission.MESSAGES)
def outbox(request: StaffRequest) -> HttpResponse:
    """List the messages, all or those of one state."""
    held = selectors.messages_visible_to(request.user)
    state = request.GET.get("state", "")
    shown = held.filter(state=state) if state in MessageState else held
    counts = selectors.counts_by_state(held)
    context = {
        "page": Paginator(shown, LINES_A_PAGE).get_page(request.GET.get("page")),
        "states": [(one, counts[one]) for one in MessageState.values],
        "state": state,
        "count": counts.total(),
        "sees_texts": selectors.sees_texts(request.user),
        "settled": services.SETTLED,
    }
    return render(request, "notices/outbox.html", context)


@permitted(Permission.MESSAGES, when=selectors.sees_texts)
@require_POST
def resend(request: StaffRequest, message_id: int) -> HttpResponse:
    """Send a message once more, and go back to the list."""
    held = selectors.messages_visible_to(request.user)
    message = get_object_or_404(held, pk=message_id)
    try:
        services.resend(message.pk, by=request.user)
    except services.NotSettled:
        messages.error(request, _("This message is on its way already."))
    else:
        messages.success(request, _("The message is sent once more."))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "notices:outbox")
