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
    address = ""
    if request.POST.get("action") == "make":
        token = feeds.make_feed(by=request.user)
        path = f"{reverse('visits:feed')}?token={token}"
        address = request.build_absolute_uri(path)
    elif request.POST.get("action") == "revoke":
        feeds.revoke_feed(by=request.user)
        return redirect("visits:subscription")
    context = {
        "feed": feeds.feed_of(request.user),
        "last_fetched_at": feeds.last_fetched_at(request.user),
        "address": address,
    }
    return render(request, "visits/calendar/subscription.html", context)


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Answer a calendar program that shows a token, and nobody else.

    The token is in the query string, which none of our logs keeps.
    """
    reader = feeds.reader_of(request.GET.get("token", ""))
    if reader is None:
        return HttpResponseNotFound()
    try:
        published = feeds.fetch(reader)
    except feeds.FetchedTooOften:
        return HttpResponse(status=TOO_MANY, headers={"Retry-After": LATER_SECONDS})
    response = HttpResponse(published.content, content_type=CALENDAR)
    response["ETag"] = f'"{published.digest}"'
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    conditional = get_conditional_response(
        request, etag=response["ETag"], response=response
    )
    return conditional or response
