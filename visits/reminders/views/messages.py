"""The messages to one participant: sent and planned."""

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.notices.channels import setup_problems
from record.notices.selectors import messages_visible_to, sees_texts
from record.notices.services.outbox import FINISHED
from record.notices.tables import MessageTable
from visits.reminders.page import AHEAD_DAYS, coming_messages, contact_status
from visits.reminders.services.queue import recipient_of
from visits.schedule.views import visible_participant


@permitted(Permission.MESSAGES, when=sees_texts)
def messages(request: StaffRequest, number: str) -> HttpResponse:
    participant = visible_participant(request, number)
    recipient = recipient_of(participant)
    sent = messages_visible_to(request.user).filter(participant=participant)
    context = {
        "participant": participant,
        "contact_status": contact_status(recipient),
        "coming_messages": coming_messages(recipient),
        "days": AHEAD_DAYS,
        "table": MessageTable(sent, request),
        "sees_texts": True,
        "finished_states": FINISHED,
        "setup_problems": setup_problems(),
    }
    return render(request, "visits/reminders/messages.html", context)
