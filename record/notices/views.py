"""The page of all messages: what left, what waits, what could not be delivered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.notices import selectors
from record.notices.channels import lacking
from record.notices.models import MessageState
from record.notices.services import outbox as services

LINES_A_PAGE = 100


@permitted(Permission.MESSAGES)
def outbox(request: StaffRequest) -> HttpResponse:
    """List the messages, narrowed by state, by whom they are to, by participant."""
    sees_texts = selectors.sees_texts(request.user)
    asked = {name: request.GET.get(name, "") for name in ("state", "whom", "number")}
    number = asked["number"].strip() if sees_texts else ""
    held = selectors.narrowed(
        selectors.messages_visible_to(request.user), whom=asked["whom"], number=number
    )
    state = asked["state"]
    shown = held.filter(state=state) if state in MessageState else held
    counts = selectors.counts_by_state(held)
    context = {
        **asked,
        "page": Paginator(shown, LINES_A_PAGE).get_page(request.GET.get("page")),
        "states": [(one, counts[one]) for one in MessageState.values],
        "count": counts.total(),
        "sees_texts": sees_texts,
        "settled": services.SETTLED,
        "lacking": lacking(),
    }
    return render(request, "record/notices/outbox.html", context)


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
