"""My work, the page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import StaffRequest
from entry.work import totals, work_for


def my_work(request: StaffRequest) -> HttpResponse:
    """Show what the person can do today."""
    items = work_for(request.user)
    told = {"items": items, "totals": totals(items)}
    return render(request, "entry/my_work.html", told)
