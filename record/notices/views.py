"""The page of all messages and their delivery."""

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
from record.notices.channels import setup_problems
from record.notices.models import MessageState
from record.notices.services import outbox as services

LINES_A_PAGE = 100


@permitted(Permission.MESSAGES)
def outbox(request: StaffRequest) -> HttpResponse:
    sees_texts = selectors.sees_texts(request.user)
    filters = {name: request.GET.get(name, "") for name in ("state", "whom", "number")}
    messages_in_any_state = selectors.filtered(
        selectors.messages_visible_to(request.user),
        audience=filters["whom"],
        number=filters["number"].strip() if sees_texts else "",
    )
    counts = selectors.counts_by_state(messages_in_any_state)
    lines, state = messages_in_any_state, filters["state"]
    if state in MessageState:
        lines = lines.filter(state=state)
    context = {
        **filters,
        "page": Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("page")),
        "states": [(value, counts[value]) for value in MessageState.values],
        "count": counts.total(),
        "sees_texts": sees_texts,
        "finished_states": services.FINISHED,
        "setup_problems": setup_problems(),
    }
    return render(request, "record/notices/outbox.html", context)


@permitted(Permission.MESSAGES, when=selectors.sees_texts)
@require_POST
def resend(request: StaffRequest, message_id: int) -> HttpResponse:
    visible = selectors.messages_visible_to(request.user)
    message = get_object_or_404(visible, pk=message_id)
    try:
        services.resend(message.pk, by=request.user)
    except services.NotFinished:
        messages.error(request, _("This message is on its way already."))
    else:
        messages.success(request, _("The message is sent once more."))
    next_page = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(next_page, {request.get_host()})
    return redirect(next_page if is_safe else "notices:outbox")
