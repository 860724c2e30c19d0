"""The page of all messages and their delivery."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.notices import selectors
from record.notices.channels import setup_problems
from record.notices.filters import MessageFilters
from record.notices.models import MessageState
from record.notices.services import outbox as services
from record.notices.tables import ClockTable, DeliveryTable, MessageTable
from trial_edc.context import page_for
from trial_edc.pages import own_page
from trial_edc.protocol import PROTOCOL


@permitted(Permission.MESSAGES)
def outbox(request: StaffRequest) -> HttpResponse:
    filters = MessageFilters(request, selectors.messages_visible_to(request.user))
    counts = selectors.counts_by_state(filters.qs)
    state = request.GET.get("state", "")
    in_state = filters.qs.filter(state=state) if state in MessageState else filters.qs
    sees_texts = selectors.sees_texts(request.user)
    table = MessageTable if sees_texts else DeliveryTable
    context = {
        "form": filters.form,
        "state": state,
        "whom": request.GET.get("whom", ""),
        "table": table(in_state, request),
        "states": [(value, counts[value]) for value in MessageState.values],
        "count": counts.total(),
        "sees_texts": sees_texts,
        "finished_states": services.FINISHED,
        "clocks_url": page_for(request.user, "notices:clocks"),
        "setup_problems": setup_problems(),
    }
    return render(request, "record/notices/outbox.html", context)


@permitted(Permission.MANAGE_USERS)
def clocks(request: StaffRequest) -> HttpResponse:
    context = {
        "table": ClockTable(selectors.clock_comparisons(), request),
        "servers": settings.NTP_SERVERS,
        "limit": PROTOCOL.staff_mail.reference_drift_seconds,
        "outbox_url": page_for(request.user, "notices:outbox"),
    }
    return render(request, "record/notices/clocks.html", context)


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
    return redirect(own_page(request.POST.get("next", "")) or "notices:outbox")
