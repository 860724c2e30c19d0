"""What is typed into a form page, kept apart until it is saved."""

from uuid import uuid4

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from entry.form.forms import raw_values
from entry.form.forms.submission import page_load_in
from entry.form.page.form import FormPage
from entry.form.views.form import READERS, visible_form
from entry.selectors import navigation
from record.accounts.access import StaffRequest, permitted
from record.audit.vault import TooLong
from record.capture.services import autosaves
from trial_edc import dates

TOO_LARGE = 413


@permitted(*READERS)
@require_POST
def autosave(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep the text typed, apart from the record."""
    form = visible_form(request, pk)
    page = FormPage(form, request.user)
    if not page.may_enter:
        return JsonResponse({"kept": False}, status=403)
    typed = {key: request.POST.getlist(key) for key in request.POST}
    typed.pop("csrfmiddlewaretoken", None)
    try:
        saved = autosaves.keep(
            form,
            typed,
            page_load=page_load_in(request.POST) or uuid4(),
            based_on=raw_values.revision_in(request.POST),
            author=request.user,
        )
    except TooLong:
        return JsonResponse({"kept": False}, status=TOO_LARGE)
    local = saved.typed_at.astimezone(dates.SITE_TZ)
    return JsonResponse({"kept": True, "at": f"{local:%H:%M}"})


@permitted(*READERS)
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if page_load := page_load_in(request.POST):
        autosaves.discard(form, request.user, page_load)
    return redirect(navigation.address(form))
