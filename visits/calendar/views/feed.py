"""The feed of a person's own calendar, and the page on which it is made."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from visits.calendar.services import feeds
from visits.schedule.selectors import reads_schedules

CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"
TOO_MANY, LATER_SECONDS = 429, 600


@permitted(Permission.READ_CASEBOOK, when=reads_schedules)
def subscription(request: StaffRequest) -> HttpResponse:
    """Make, renew or revoke one's own feed; a new address is shown once."""
    address = ""
    if request.POST.get("action") == "make":
        token = feeds.make_feed(by=request.user)
        path = f"{reverse('visits:feed')}?token={token}"
        address = request.build_absolute_uri(path)
    elif request.POST.get("action") == "revoke":
        feeds.revoke_feed(by=request.user)
        return redirect("visits:subscription")
    told = {
        "feed": feeds.feed_of(request.user),
        "taken_at": feeds.last_taken_at(request.user),
        "address": address,
    }
    return render(request, "visits/calendar/subscription.html", told)


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer a calendar program that shows a token, and nobody else.

    The token stands after the question mark, which no log of ours keeps.
    """
    reader = feeds.reader_of(request.GET.get("token", ""))
    if reader is None:
        return HttpResponseNotFound()
    try:
        taken = feeds.take(reader)
    except feeds.TooOften:
        return HttpResponse(status=TOO_MANY, headers={"Retry-After": LATER_SECONDS})
    answer = HttpResponse(taken.content, content_type=CALENDAR)
    answer["ETag"] = f'"{taken.digest}"'
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Disposition"] = (
        'inline; filename="visits.calendar.services.icalendar"'
    )
    answer["X-Content-Type-Options"] = "nosniff"
    found = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return found or answer
