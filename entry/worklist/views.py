"""My work, the page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from entry.worklist.page import hint_for
from entry.worklist.selectors.work import grouped_work_for, only, totals
from randomization.study.selectors import pause
from record.accounts.access import StaffRequest
from trial_edc.context import page_for


def my_work(request: StaffRequest) -> HttpResponse:
    groups = grouped_work_for(request.user)
    show = request.GET.get("show", "")
    register = page_for(request.user, "enrollment:register")
    context = {
        "groups": only(show, groups),
        "show": show,
        "totals": totals([item for group in groups for item in group.items]),
        "register": register,
        "hint": hint_for(request.user),
        "pause": pause() if page_for(request.user, "randomization:study") else None,
    }
    return render(request, "entry/worklist/my_work.html", context)
