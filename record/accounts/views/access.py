"""Pages on who has access: the report with its reviews, and the open sessions."""

import csv
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from record.accounts.access import StaffRequest, permitted
from record.accounts.access_report import (
    AccessLine,
    access_on,
    access_shown_to,
    digest_of,
)
from record.accounts.forms import AccessDayForm, AccessReviewForm
from record.accounts.models import AccessReview
from record.accounts.problems import AccountRefused
from record.accounts.roles import Permission
from record.accounts.services.access_reviews import (
    record_access_review,
    record_report_download,
)
from record.accounts.services.proposals import APPROVERS
from record.accounts.services.sessions import end_other_sessions, end_session_of
from record.accounts.sessions import open_sessions
from trial_edc import clock
from trial_edc.context import page_for
from trial_edc.spreadsheets import safe

UNFIT = 422


@permitted(*APPROVERS)
def report(request: StaffRequest) -> HttpResponse:
    form = AccessDayForm(request.GET if "as_of" in request.GET else None)
    if not form.is_bound:
        form.initial = {"as_of": clock.today()}
    if form.is_bound and not form.is_valid():
        return _page(request, form, status=UNFIT)
    day = form.cleaned_data["as_of"] if form.is_bound else clock.today()
    return _page(request, form, day, AccessReviewForm(initial=_shown_on(day)))


def _shown_on(day: date) -> dict[str, object]:
    return {"as_of": day, "shown": digest_of(access_on(day))}


def _page(
    request: StaffRequest,
    form: AccessDayForm,
    day: date | None = None,
    review_form: AccessReviewForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the report of a day; none where the day cannot be read."""
    context = {
        "form": form,
        "review_form": review_form,
        "day": day,
        "lines": access_shown_to(request.user, day) if day else [],
        "reviews": AccessReview.objects.select_related("reviewed_by"),
        "users_url": page_for(request.user, "accounts:users"),
    }
    return render(request, "record/accounts/access_report.html", context, status=status)


@permitted(*APPROVERS)
@require_POST
def download(request: StaffRequest) -> HttpResponse:
    """The report of a day as a file; that it was taken is on record."""
    form = AccessDayForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=UNFIT)
    lines = access_shown_to(request.user, form.cleaned_data["as_of"])
    record_report_download(len(lines), by=request.user)
    return _csv(lines)


def _csv(lines: list[AccessLine]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="access.csv"'
    response.write("\ufeff")  # so that spreadsheets read Chinese
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for line in lines:
        delegation = line.delegation
        dates = (delegation.first, delegation.last, line.opened_at)
        signed_in = "not shown" if line.hides_sign_in else line.last_sign_in_at
        writer.writerow(
            [
                line.on,
                *map(safe, (line.username, line.full_name, line.role, line.blinding)),
                *("Y" if line.may_sign_in else "N", *dates, signed_in),
            ]
        )
    return response


COLUMNS = (
    *("as_of", "username", "full_name", "role", "blinding", "may_sign_in"),
    *("delegated_from", "delegated_until", "opened_at_utc", "last_sign_in_at_utc"),
)


@permitted(*APPROVERS)
@require_POST
def review(request: StaffRequest) -> HttpResponse:
    day_form = AccessDayForm({"as_of": request.POST.get("as_of", "")})
    if not day_form.is_valid():
        return _page(request, day_form, status=UNFIT)
    shown = _shown_on(day_form.cleaned_data["as_of"])
    form = AccessReviewForm(request.POST, initial=shown)
    if form.is_valid():
        try:
            record_access_review(**form.cleaned_data, by=request.user)
        except AccountRefused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The review is recorded."))
            query = urlencode({"as_of": form.cleaned_data["as_of"]})
            return redirect(f"{reverse('accounts:access_report')}?{query}")
    return _page(request, day_form, day_form.cleaned_data["as_of"], form, status=UNFIT)


@permitted(Permission.MANAGE_USERS)
def sessions(request: StaffRequest) -> HttpResponse:
    context = {"sessions": open_sessions()}
    return render(request, "record/accounts/sessions.html", context)


@permitted(Permission.MANAGE_USERS)
@require_POST
def end_session(request: StaffRequest) -> HttpResponse:
    ended = end_session_of(request.POST.get("session", ""), by=request.user)
    if ended:
        messages.success(request, _("The session of %s is ended.") % ended.user)
    else:
        messages.error(request, _("This session has ended already."))
    return redirect("accounts:sessions")


@require_POST
def end_own_sessions(request: StaffRequest) -> HttpResponse:
    count = end_other_sessions(request.user, own_key=request.session.session_key)
    text = ngettext(
        "%(count)s other session is ended.",
        "%(count)s other sessions are ended.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("accounts:preferences")
