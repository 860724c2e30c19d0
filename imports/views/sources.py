"""The register of import sources, and the address to which interfaces post files."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from imports.forms import SourceForm
from imports.models import ImportSource
from imports.rules.reading import MOST_BYTES, UnreadableFile
from imports.services import files as receiving
from imports.services import sources as services
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission, persons
from trial_edc.requirements import implements

FIRST, SECOND = 1, 2  # who enters, who approves
UNAUTHORIZED, TOO_LARGE, UNPROCESSABLE = 401, 413, 422
CREATED, OK = 201, 200
BEARER = "Bearer "


@permitted(Permission.REFERENCE_DATA)
def sources(request: StaffRequest) -> HttpResponse:
    """List the sources; enter another one."""
    form = SourceForm(request.POST or None)
    may_enter = FIRST in persons(request.user.role, Permission.REFERENCE_DATA)
    if request.method == "POST" and form.is_valid():
        made = services.register(by=request.user, **form.cleaned_data)
        messages.success(request, _("Entered; it counts once it is approved."))
        return redirect("imports:source", made.code)
    found = ImportSource.objects.select_related("laboratory")
    told = {"sources": found, "form": form, "may_enter": may_enter}
    status = UNPROCESSABLE if form.errors else OK
    return render(request, "imports/sources.html", told, status=status)


@permitted(Permission.REFERENCE_DATA)
def source(request: StaffRequest, code: str) -> HttpResponse:
    return _shown(request, _found(code))


def _found(code: str) -> ImportSource:
    found = ImportSource.objects.select_related(
        "laboratory", "entered_by", "approved_by"
    )
    return get_object_or_404(found, code=code)


def _shown(
    request: StaffRequest, one: ImportSource, credential: str = ""
) -> HttpResponse:
    held = persons(request.user.role, Permission.REFERENCE_DATA)
    told = {
        "source": one,
        "credential": credential,
        "may_enter": FIRST in held,
        "may_approve": SECOND in held and one.approved_at is None,
    }
    return render(request, "imports/source.html", told)


@permitted(Permission.REFERENCE_DATA)
@require_POST
def approve(request: StaffRequest, code: str) -> HttpResponse:
    services.approve(_found(code), by=request.user)
    messages.success(request, _("Approved. Now a credential can be issued."))
    return redirect("imports:source", code)


@permitted(Permission.REFERENCE_DATA)
@require_POST
def issue(request: StaffRequest, code: str) -> HttpResponse:
    """Show a new credential, this once."""
    try:
        credential = services.issue_credential(_found(code), by=request.user)
    except services.NotApproved:
        messages.error(request, _("A second person approves the source first."))
        return redirect("imports:source", code)
    return _shown(request, _found(code), credential)


@permitted(Permission.REFERENCE_DATA)
@require_POST
def revoke(request: StaffRequest, code: str) -> HttpResponse:
    services.revoke_credential(_found(code), by=request.user)
    messages.success(request, _("Revoked. Nothing of this source is taken any more."))
    return redirect("imports:source", code)


@csrf_exempt
@login_not_required
@require_POST
@implements("ACC-17")
def receive(request: HttpRequest) -> JsonResponse:
    """Take a file that an interface engine posts; it waits for a person.

    The credential comes as a bearer token, the file as the body, its name in
    `X-Filename`.
    """
    told = request.headers.get("Authorization", "")
    credential = told.removeprefix(BEARER) if told.startswith(BEARER) else ""
    name = request.headers.get("X-Filename", "delivered.csv")
    try:
        source = services.source_of(credential, filename=name)
        content = request.read(MOST_BYTES + 1)  # of a stranger nothing is read
        if len(content) > MOST_BYTES:
            return JsonResponse({"error": "larger than 10 MB"}, status=TOO_LARGE)
        file, is_new = receiving.deliver(source, name=name, content=content)
    except services.SourceRefused as problem:
        answer = JsonResponse({"error": str(problem)}, status=UNAUTHORIZED)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    except UnreadableFile as problem:
        return JsonResponse({"error": str(problem)}, status=UNPROCESSABLE)
    told_back = {"import": file.pk, "sha256": file.sha256, "new": is_new}
    return JsonResponse(told_back, status=CREATED if is_new else OK)
