"""A question about what has no form: a missing row, a visit, the participant."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from record.accounts.access import StaffRequest, permitted
from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.casebook import catalogue
from record.casebook.access import within_reach
from record.casebook.models import Participant
from record.review import services
from record.review.forms import AssignmentForm, SubjectForm
from record.review.problems import ReviewRefused
from record.review.views.queries import CONFLICT


def asks_about_open_data(user: User) -> bool:
    """Whoever asks about restricted forms alone asks beside their items."""
    return user.limit(Permission.RAISE_QUERY) != Limit.RESTRICTED_FORMS


@permitted(Permission.RAISE_QUERY, when=asks_about_open_data)
def ask(request: StaffRequest, number: str) -> HttpResponse:
    people = within_reach(request.user, Participant.objects.all(), "pk")
    participant = get_object_or_404(people, number=number)
    typed = request.POST if request.method == "POST" else None
    subject = SubjectForm(
        participant, request.user, typed, initial={"about": request.GET.get("about")}
    )
    assignment = AssignmentForm(_log_in(request), request.user, typed)
    forms_fit = subject.is_valid() and assignment.is_valid() if typed else False
    if forms_fit:
        try:
            services.raise_query_on(
                subject.subject,
                subject.cleaned_data["text"],
                assignment=assignment.assignment,
                by=request.user,
            )
        except ReviewRefused as refusal:
            subject.add_error(None, str(refusal))
        else:
            messages.success(request, _("The query is raised."))
            return redirect("entry:casebook", number)
    context = {
        "participant": participant,
        "subject": subject,
        "assignment": assignment,
    }
    status = CONFLICT if typed else 200
    return render(request, "record/review/ask.html", context, status=status)


def _log_in(request: StaffRequest) -> str:
    """The log whose row is asked about; empty for anything else."""
    kind, _colon, code = request.POST.get("about", "").partition(":")
    return code if kind == "row" and code in catalogue.designs() else ""
