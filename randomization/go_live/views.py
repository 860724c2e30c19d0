"""What is missing before the first participant."""

from django.http import HttpResponse
from django.shortcuts import render

from randomization.go_live.page import checklist
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from trial_edc.context import page_for


@permitted(Permission.PAUSE_STUDY, Permission.MANAGE_USERS)
def go_live(request: StaffRequest) -> HttpResponse:
    context = {
        "checklist": checklist(request.user),
        "study_url": page_for(request.user, "randomization:study"),
    }
    return render(request, "randomization/go_live/go_live.html", context)
