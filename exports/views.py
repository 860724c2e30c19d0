"""Pages of exports: history, request, progress, download."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exports.forms import CasebooksForm, ExportForm, tables
from exports.models import CopyHandover, Export
from exports.selectors import history as selectors
from exports.selectors.blank_forms import printable_designs
from exports.selectors.casebook_copy import participants_to_copy
from exports.selectors.handovers import handover_of, is_certified_copy
from exports.services import files
from exports.services import jobs as services
from exports.services.blank_forms import forms_pdf
from exports.services.casebook_copies import take_casebook
from exports.services.handovers import (
    HandoverRefused,
    acknowledge_copy,
    hand_over_copy,
)
from exports.services.typesetting import PdfUnavailable
from exports.tables import ExportHistoryTable
from record.accounts.access import StaffRequest, may_be, permitted
from record.accounts.roles import FIRST, SECOND, Permission
from record.casebook.models import Participant

LANGUAGES = dict(settings.LANGUAGES)
ALL_FORMS = "all"
ANNOTATED = "annotated"
FORM_KINDS = ("blank", ANNOTATED)
FORM_READERS = (Permission.READ_CASEBOOK, Permission.SEE_PRODUCT)
BLINDED, UNBLINDED = Permission.EXPORT_BLINDED, Permission.EXPORT_UNBLINDED


@permitted(BLINDED)
def exports(request: StaffRequest) -> HttpResponse:
    return _page(request, "exports/exports.html", with_arms=False)


@permitted(UNBLINDED)
def unblinded(request: StaffRequest) -> HttpResponse:
    return _page(request, "exports/unblinded.html", with_arms=True)


def _page(request: StaffRequest, template: str, *, with_arms: bool) -> HttpResponse:
    submitted = request.POST if request.method == "POST" else None
    form = ExportForm(submitted, initial={"forms": [code for code, _title in tables()]})
    if form.is_valid():
        try:
            export = services.request_export(
                forms=form.cleaned_data["forms"],
                language=get_language() or "en",
                by=request.user,
                with_arms=with_arms,
            )
        except services.ExportRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("exports:export", export.key)
    table = ExportHistoryTable(selectors.exports_visible_to(request.user), request)
    return render(request, template, {"form": form, "table": table})


@permitted(BLINDED)
def casebooks(request: StaffRequest) -> HttpResponse:
    submitted = request.POST if request.method == "POST" else None
    language = get_language() or "en"
    form = CasebooksForm(submitted, reader=request.user, language=language)
    if form.is_valid():
        try:
            export = services.request_casebooks(
                numbers=form.cleaned_data["participants"],
                language=form.cleaned_data["language"],
                by=request.user,
            )
        except services.ExportRefused as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("exports:export", export.key)
    return render(request, "exports/casebooks.html", {"form": form})


@permitted(BLINDED, UNBLINDED)
def export(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "exports/export.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def progress(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "exports/state.html", _context(request, key))


@permitted(BLINDED, UNBLINDED)
def download(request: StaffRequest, key: str) -> HttpResponseBase:
    export = _export_or_404(request, key)
    try:
        content = services.open_download(export, by=request.user)
    except services.ExportUnavailable as problem:
        context = {**_context(request, key), "problem": problem}
        return render(request, "exports/export.html", context, status=409)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{export.filename}"',
        "Content-Length": str(export.size_bytes),
    }
    return StreamingHttpResponse(content, headers=headers)


@permitted(Permission.LOCK_DATABASE, person=FIRST)
@require_POST
def hand_over(request: StaffRequest, key: str) -> HttpResponse:
    return _handover_act(request, key, hand_over_copy, _("Handed over."))


@permitted(Permission.LOCK_DATABASE, person=SECOND)
@require_POST
def acknowledge(request: StaffRequest, key: str) -> HttpResponse:
    return _handover_act(request, key, acknowledge_copy, _("Acknowledged."))


def _handover_act(
    request: StaffRequest, key: str, step: Callable[..., CopyHandover], done: str
) -> HttpResponse:
    export = _export_or_404(request, key)
    try:
        step(export, by=request.user)
    except HandoverRefused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, done)
    return redirect("exports:export", export.key)


def _export_or_404(request: StaffRequest, key: str) -> Export:
    return get_object_or_404(selectors.exports_visible_to(request.user), key=key)


def _context(request: StaffRequest, key: str) -> dict[str, object]:
    export = _export_or_404(request, key)
    done, total = files.progress(export.key)
    return {
        "export": export,
        "done": min(done, total),
        "total": total,
        "handover": handover_of(export),
        "is_certified": is_certified_copy(export),
        "may_hand_over": may_be(request.user, FIRST, Permission.LOCK_DATABASE),
        "may_acknowledge": may_be(request.user, SECOND, Permission.LOCK_DATABASE),
    }


@permitted(Permission.PRINT_CASEBOOK)
def casebook(request: StaffRequest, number: str) -> HttpResponse:
    return _casebook_page(request, _participant_or_404(request, number))


@permitted(Permission.PRINT_CASEBOOK)
def casebook_pdf(request: StaffRequest, number: str, language: str) -> HttpResponse:
    participant = _participant_or_404(request, number)
    if language not in LANGUAGES:
        raise Http404
    try:
        copy = take_casebook(participant, language, by=request.user)
    except PdfUnavailable as problem:
        return _casebook_page(request, participant, problem=str(problem))
    return _pdf_response(copy.pdf, copy.filename)


def _participant_or_404(request: StaffRequest, number: str) -> Participant:
    return get_object_or_404(participants_to_copy(request.user), number=number)


def _casebook_page(
    request: StaffRequest, participant: Participant, problem: str = ""
) -> HttpResponse:
    context = {
        "participant": participant,
        "languages": LANGUAGES.items(),
        "problem": problem,
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
    return render(request, "exports/casebook.html", context, status=status)


@permitted(*FORM_READERS)
def blank_forms(request: StaffRequest) -> HttpResponse:
    return _blank_forms_page(request)


@permitted(*FORM_READERS)
def blank_form_pdf(
    request: StaffRequest, kind: str, language: str, code: str
) -> HttpResponse:
    designs = [
        design
        for design in printable_designs(request.user)
        if code in (ALL_FORMS, design.code)
    ]
    if not designs or language not in LANGUAGES or kind not in FORM_KINDS:
        raise Http404
    try:
        pdf = forms_pdf(
            designs, language, annotated=kind == ANNOTATED, reader=request.user
        )
    except PdfUnavailable as problem:
        return _blank_forms_page(request, problem=str(problem))
    return _pdf_response(pdf, f"{kind}-{code}-{language}.pdf")


def _blank_forms_page(request: StaffRequest, problem: str = "") -> HttpResponse:
    context = {
        "designs": printable_designs(request.user),
        "languages": LANGUAGES.items(),
        "problem": problem,
        "all": ALL_FORMS,
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
    return render(request, "exports/blank_forms.html", context, status=status)


def _pdf_response(content: bytes, filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
