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
from imports.rules.reading import MAX_BYTES, UnreadableFile
from imports.services import files as receiving
from imports.services import sources as services
from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.roles import FIRST, SECOND, Permission
from record.audit.floods import TooManyTries
from record.review.problems import ApprovalRefused
from trial_edc.pages import act_or_report
from trial_edc.requirements import implements
from trial_edc.whole_files import NoRoom

UNAUTHORIZED, TOO_LARGE, UNPROCESSABLE = 401, 413, 422
TOO_MANY, INSUFFICIENT_STORAGE = 429, 507
CREATED, OK = 201, 200
BEARER = "Bearer "


@permitted(Permission.REFERENCE_DATA)
def source_list(request: StaffRequest) -> HttpResponse:
    form = SourceForm(request.POST or None)
    may_enter = may_be(request.user, FIRST, Permission.REFERENCE_DATA)
    if request.method == "POST" and form.is_valid():
        new_source = services.register(by=request.user, **form.cleaned_data)
        messages.success(request, _("Entered; it counts once it is approved."))
        return redirect("imports:source", new_source.code)
    all_sources = ImportSource.objects.select_related("laboratory")
    context = {"sources": all_sources, "form": form, "may_enter": may_enter}
    status = UNPROCESSABLE if form.errors else OK
    return render(request, "imports/sources.html", context, status=status)


@permitted(Permission.REFERENCE_DATA)
def source_page(request: StaffRequest, code: str) -> HttpResponse:
    return _render_source(request, _source_or_404(code))


def _source_or_404(code: str) -> ImportSource:
    sources = ImportSource.objects.select_related(
        "laboratory", "entered_by", "approved_by"
    )
    return get_object_or_404(sources, code=code)


def _render_source(
    request: StaffRequest, source: ImportSource, credential: str = ""
) -> HttpResponse:
    context = {
        "source": source,
        "credential": credential,
        "may_enter": may_be(request.user, FIRST, Permission.REFERENCE_DATA),
        "may_approve": may_be(request.user, SECOND, Permission.REFERENCE_DATA),
    }
    return render(request, "imports/source.html", context)


@permitted(Permission.REFERENCE_DATA, person=SECOND)
@require_POST
def approve(request: StaffRequest, code: str) -> HttpResponse:
    source, shown = _source_or_404(code), request.POST.get("shown", "")
    act_or_report(
        request,
        lambda: services.approve(source, shown=shown, by=request.user),
        _("Approved. Now a credential can be issued."),
        refusal=ApprovalRefused,
    )
    return redirect("imports:source", code)


@permitted(Permission.REFERENCE_DATA, person=FIRST)
@require_POST
def issue(request: StaffRequest, code: str) -> HttpResponse:
    try:
        credential = services.issue_credential(_source_or_404(code), by=request.user)
    except services.NotApproved:
        messages.error(request, _("A second person approves the source first."))
        return redirect("imports:source", code)
    return _render_source(request, _source_or_404(code), credential)


@permitted(Permission.REFERENCE_DATA, person=FIRST)
@require_POST
def revoke(request: StaffRequest, code: str) -> HttpResponse:
    services.revoke_credential(_source_or_404(code), by=request.user)
    messages.success(request, _("Revoked. Nothing of this source is taken any more."))
    return redirect("imports:source", code)


@csrf_exempt
@login_not_required
@require_POST
@implements("ACC-17")
def receive(request: HttpRequest) -> JsonResponse:
    """Store a file that an interface engine posts; it waits for a person.

    The credential comes as a bearer token, the file as the body, its name in
    `X-Filename`.
    """
    authorization = request.headers.get("Authorization", "")
    credential = (
        authorization.removeprefix(BEARER) if authorization.startswith(BEARER) else ""
    )
    name = request.headers.get("X-Filename", "delivered.csv")
    try:
        source = services.source_of(credential, filename=name)
        content = request.read(MAX_BYTES + 1)  # of a stranger nothing is read
        if len(content) > MAX_BYTES:
            return JsonResponse({"error": "larger than 10 MB"}, status=TOO_LARGE)
        file, is_new = receiving.receive_delivery(source, name=name, content=content)
    except TooManyTries as problem:
        answer = JsonResponse({"error": "too many tries"}, status=TOO_MANY)
        answer.headers["Retry-After"] = str(problem.seconds)
        return answer
    except services.SourceRefused as problem:
        answer = JsonResponse({"error": str(problem)}, status=UNAUTHORIZED)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    except UnreadableFile as problem:
        return JsonResponse({"error": str(problem)}, status=UNPROCESSABLE)
    except NoRoom as problem:
        return JsonResponse({"error": str(problem)}, status=INSUFFICIENT_STORAGE)
    receipt = {"import": file.pk, "sha256": file.sha256, "new": is_new}
    return JsonResponse(receipt, status=CREATED if is_new else OK)
