"""Keep and give up filters of the trail."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from monitoring.trail.forms import SaveFilterForm
from monitoring.trail.services import saved_filters
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission

TRAIL = "monitoring:trail:entries"


@permitted(Permission.READ_AUDIT)
@require_POST
def save_filter(request: StaffRequest) -> HttpResponse:
    form = SaveFilterForm(request.POST)
    query = request.POST.get("query", "")
    if form.is_valid():
        saved_filters.save_filter(**form.cleaned_data, by=request.user)
        messages.success(request, _("The filter is kept under this name."))
    else:
        problem = next(iter(form.errors.values()))[0]
        text = _("%(problem)s Nothing was kept.")
        messages.error(request, text % {"problem": problem})
    return redirect(f"{reverse(TRAIL)}?{query.removeprefix('?')}")


@permitted(Permission.READ_AUDIT)
@require_POST
def remove_filter(request: StaffRequest, key: int) -> HttpResponse:
    saved_filters.remove_filter(key, by=request.user)
    return redirect(TRAIL)
