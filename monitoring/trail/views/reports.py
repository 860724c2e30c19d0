"""The review reports: what to look at, and that somebody did."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from monitoring.trail.filters import TrailFilters
from monitoring.trail.forms import ReviewForm
from monitoring.trail.page import report_cards, trail_page
from monitoring.trail.selectors.reports import entry_delays
from monitoring.trail.selectors.reviews import last_review, reviews_of
from monitoring.trail.selectors.visible import reads_reports, reviews_reports
from monitoring.trail.services.reviews import record_review
from monitoring.trail.vocabulary import TrailReport
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from record.casebook.blinding import TellsArm
from trial_edc import clock
from trial_edc.requirements import implements

UNPROCESSABLE = 422


@permitted(Permission.READ_AUDIT, when=reads_reports)
def reports(request: StaffRequest) -> HttpResponse:
    return render(request, "monitoring/trail/reports.html", {"cards": report_cards()})


@permitted(Permission.READ_AUDIT, when=reads_reports)
@implements("AUD-14", "TIM-04")
def report(request: StaffRequest, name: str) -> HttpResponse:
    return _page(request, _report_or_404(name), _blank_review(name))


@permitted(Permission.AUDIT_REVIEW, when=reviews_reports)
def review(request: StaffRequest, name: str) -> HttpResponse:
    """Record a review; what was typed stays where it is refused."""
    about = _report_or_404(name)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        try:
            record_review(about, **form.cleaned_data, by=request.user)
        except TellsArm as problem:
            form.add_error("findings", str(problem))
        else:
            messages.success(request, _("The review is recorded."))
            return redirect("monitoring:trail:report", name)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return _page(request, about, form, status=status)


def _report_or_404(name: str) -> TrailReport:
    try:
        return TrailReport(name)
    except ValueError as problem:
        raise Http404 from problem


def _blank_review(name: str) -> ReviewForm:
    """From where the last review ended until yesterday, which is over."""
    last = last_review(name)
    yesterday = clock.today() - timedelta(days=1)
    since = last.until + timedelta(days=1) if last else None
    return ReviewForm(initial={"since": since, "until": yesterday})


def _page(
    request: StaffRequest, about: TrailReport, form: ReviewForm, *, status: int = 200
) -> HttpResponse:
    filters = TrailFilters(request.GET, request.user, about)
    is_about_delay = about == TrailReport.LATE
    context: dict[str, Any] = {
        "report": about,
        "title": _(about.label),
        "form": filters.form,
        "page": trail_page(filters, request.user),
        "delays": entry_delays(filters.qs) if is_about_delay else [],
        "reviews": reviews_of(about),
        "review_form": form if reviews_reports(request.user) else None,
    }
    return render(request, "monitoring/trail/report.html", context, status=status)
