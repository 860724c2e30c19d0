"""What is missing before the first participant."""

from django.http import HttpResponse
from django.shortcuts import render

from randomization.go_live.page import checklist
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission


@permitted(Permission.PAUSE_STUDY, Permission.MANAGE_USERS)
def go_live(request: StaffRequest) -> HttpResponse:
    context = {"checklist": checklist(request.user)}
    return render(request, "randomization/go_live/go_live.html", context)
