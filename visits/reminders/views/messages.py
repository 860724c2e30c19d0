"""The messages to one participant: what was sent, and what comes next."""

from django.http import HttpResponse
from django.shortcuts import render

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.notices.channels import setup_problems
from record.notices.selectors import messages_visible_to, sees_texts
from record.notices.services.outbox import FINISHED
from visits.reminders.page import AHEAD_DAYS, coming, standing
from visits.reminders.services.queue import case_of
from visits.schedule.views import visible_participant


@permitted(Permission.MESSAGES, when=sees_texts)
def messages(request: StaffRequest, number: str) -> HttpResponse:
    """Show consent, what is planned, and every message with its state."""
    participant = visible_participant(request, number)
    case = case_of(participant)
    told = {
        "participant": participant,
        "standing": standing(case),
        "coming": coming(case),
        "days": AHEAD_DAYS,
        "sent": messages_visible_to(request.user).filter(participant=participant),
        "sees_texts": True,
        "finished_states": FINISHED,
        "setup_problems": setup_problems(),
    }
    return render(request, "visits/reminders/messages.html", told)
