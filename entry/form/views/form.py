"""The form page: read, save, restore, sign, files."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from entry.form.forms import controls
from entry.form.forms.submission import entry_of, page_load_in, with_uploads
from entry.form.page.above_items import above_items
from entry.form.page.form import FormPage
from entry.form.page.item import finding_text
from entry.form.views.midnights import tell_midnights
from entry.selectors import navigation
from entry.selectors.visibility import forms_visible_to, may_enter, visible_items
from record.accounts.access import StaffRequest, permitted
from record.accounts.forms import ConfirmIdentityForm
from record.accounts.roles import Permission
from record.audit.attribution import Reason, Source
from record.audit.vault import TooLong
from record.capture.problems import Conflict, FormClosed, NotSaved, SaveRefused
from record.capture.services import autosaves
from record.capture.services.form_status import return_to_draft, sign_form
from record.capture.services.forms import save_entry
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.checks import Finding
from record.casebook.models import FormInstance, StoredFile
from record.casebook.services import files
from record.review.problems import ReviewRefused
from record.review.services import freeze, lock_form
from trial_edc import clock, dates
from trial_edc.pages import refuse
from trial_edc.typed_text import written
from trial_edc.vocabulary import Severity

# Roles that may see forms at all; the selector decides which ones (404).
READERS = (
    Permission.READ_CASEBOOK,
    Permission.SEE_PRODUCT,
    Permission.SEE_IDENTITY,
    Permission.ASSESS_SAFETY,
)
CONFLICT, TOO_LARGE, UNPROCESSABLE = 409, 413, 422


def visible_form(request: StaffRequest, pk: int) -> FormInstance:
    return get_object_or_404(forms_visible_to(request.user), pk=pk)


@permitted(*READERS)
def form_page(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if request.method == "POST":
        return save(request, form)
    page = FormPage(form, request.user)
    for kept in page.autosaves:
        if str(kept.page_load) == request.GET.get("restore"):
            typed = _as_query(autosaves.typed_in(kept))
            typed["page_load"] = str(kept.page_load)
            page = FormPage(form, request.user, typed)
    return render_page(request, page)


def render_page(
    request: HttpRequest, page: FormPage, status: int = 200
) -> HttpResponse:
    context = {"page": page, "above": above_items(page.form, page.user)}
    return render(request, "entry/form/form.html", context, status=status)


def save(request: StaffRequest, form: FormInstance) -> HttpResponse:
    if not may_enter(request.user, catalogue.design(form.code)):
        raise PermissionDenied
    typed: QueryDict = request.POST
    try:
        typed = with_uploads(form, typed, request.FILES.dict(), request.user)
        entry = entry_of(form, typed, request.user)
        saved = save_entry(form, entry, by=request.user, via=Source.PAGE)
    except FormClosed:
        messages.error(request, _("This form is closed; nothing was saved."))
        form.refresh_from_db()
        return render_page(request, FormPage(form, request.user, typed), CONFLICT)
    except files.FileRefused as refused:
        finding = Finding(
            f"{form.code}.{refused.item}.file",
            refused.item,
            Severity.HARD,
            str(refused),
        )
        return _render_problem(request, form, typed, SaveRefused([finding]))
    except NotSaved as problem:
        return _render_problem(request, form, typed, problem)
    return redirect_saved(request, saved.form)


def _render_problem(
    request: StaffRequest, form: FormInstance, typed: QueryDict, problem: NotSaved
) -> HttpResponse:
    form = visible_form(request, form.pk)
    page = FormPage(form, request.user, typed, problem)
    status = CONFLICT if isinstance(problem, Conflict) else UNPROCESSABLE
    return render_page(request, page, status)


def redirect_saved(request: StaffRequest, form: FormInstance) -> HttpResponse:
    messages.success(request, _success_message(form))
    tell_midnights(request, map(str, request.POST.values()))
    return redirect(_next_address(request, form))


def _success_message(form: FormInstance) -> str:
    at = clock.now().astimezone(dates.SITE_TZ)
    message = _("Saved %(time)s, revision %(revision)s.")
    return message % {"time": f"{at:%H:%M}", "revision": form.revision}


def _next_address(request: StaffRequest, form: FormInstance) -> str:
    if request.POST.get("save_as") != "next":
        return navigation.address(form)
    next_form = navigation.next_form(form, request.user)
    if next_form:
        return navigation.address(next_form)
    return navigation.casebook_address(form)


def _as_query(typed: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for key, texts in typed.items():
        query.setlist(key, texts)
    return query


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
            based_on=controls.revision_in(request.POST),
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


@permitted(Permission.SIGN_FORM, Permission.SIGN_PRODUCT, Permission.ASSESS_SAFETY)
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    design = catalogue.design(form.code)
    if design.signature is None or not may_on(request.user, design.signed_by, design):
        raise PermissionDenied
    page = FormPage(form, request.user)
    identity = ConfirmIdentityForm(request, request.POST or None)
    if request.method == "POST" and identity.is_valid():
        try:
            sign_form(
                form,
                shown_revision=controls.revision_in(request.POST),
                proof=identity.proof,
                by=request.user,
            )
        except ReviewRefused as problem:
            identity.add_error(None, str(problem))
            page = FormPage(visible_form(request, pk), request.user)
        else:
            messages.success(request, _("Signed."))
            return redirect(navigation.address(form))
    context = {
        "page": page,
        "above": above_items(form, request.user),
        "identity": identity,
    }
    return render(request, "entry/form/sign.html", context)


CLOSINGS = {
    "freeze": (freeze, True, gettext_lazy("Frozen.")),
    "thaw": (freeze, False, gettext_lazy("Thawed; values can be changed again.")),
    "lock": (lock_form, True, gettext_lazy("Locked.")),
    "unlock": (lock_form, False, gettext_lazy("Unlocked.")),
}


@permitted(Permission.FREEZE, Permission.LOCK)
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    text = written(request.POST.get("text", ""))
    step = CLOSINGS.get(request.POST.get("action", ""))
    if step is None or not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    act, is_on, message = step
    try:
        act(form, by=request.user, reason=Reason("closing", text), on=is_on)
    except ReviewRefused as problem:
        refuse(request, str(problem), text)
    else:
        messages.success(request, message)
    return redirect(navigation.address(form))


@permitted(*READERS)
@require_POST
def back_to_draft(request: StaffRequest, pk: int) -> HttpResponse:
    form = visible_form(request, pk)
    if not may_enter(request.user, catalogue.design(form.code)):
        raise PermissionDenied
    text = written(request.POST.get("text", ""))
    if not text:
        messages.error(request, _("Write the reason; nothing changed."))
        return redirect(navigation.address(form))
    reason = Reason("returned", text)
    try:
        is_changed = return_to_draft(
            form, by=request.user, reason=reason, via=Source.PAGE
        )
    except FormClosed:
        refuse(request, _("This form is closed; nothing was saved."), text)
    except SaveRefused as problem:
        reasons = " ".join(finding_text(finding) for finding in problem.findings)
        refuse(request, reasons, text)
    else:
        if is_changed:
            messages.success(request, _("A draft again. Complete it when it is right."))
        else:
            messages.info(request, _("That was done already; nothing changed."))
    return redirect(navigation.address(form))


@permitted(*READERS)
def stored_file(request: StaffRequest, pk: int, item: str) -> FileResponse:
    """Serve a stored file through the permission check, as a download."""
    form = visible_form(request, pk)
    if item not in visible_items(request.user, catalogue.design(form.code)):
        raise Http404
    try:
        content, stored = files.open_item(form, item, by=request.user)
    except StoredFile.DoesNotExist:
        raise Http404 from None
    name = f"{form.participant.number}-{form.code}-{item}"
    response = FileResponse(
        content,
        as_attachment=True,
        filename=name + files.ending(stored.media_type),
        content_type=stored.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
