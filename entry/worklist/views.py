"""My work, the page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from entry.worklist.page import hint_for
from entry.worklist.selectors.work import totals, work_for
from randomization.study.selectors import pause
from record.accounts.access import StaffRequest
from trial_edc.context import page_for


def my_work(request: StaffRequest) -> HttpResponse:
    items = work_for(request.user)
    register = page_for(request.user, "enrollment:register")
    context = {
        "items": items,
        "totals": totals(items),
        "register": register,
        "hint": hint_for(request.user),
        "pause": pause() if page_for(request.user, "randomization:study") else None,
    }
    return render(request, "entry/worklist/my_work.html", context)
