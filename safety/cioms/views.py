"""CIOMS I forms: the blinded one for readers of reports, the unblinded one for one."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from randomization.problems import RandomizationRefused
from randomization.product.services.label import pdf_writer
from record.accounts.access import StaffRequest, permitted
from record.accounts.roles import Permission
from safety.cioms.forms import UnblindForm
from safety.cioms.services import blinded_pdf, is_susar, unblinded_pdf
from safety.reports.selectors.reports import ReportLine, report_lines
from safety.reports.views import reads_reports


def _line_or_404(form_id: int) -> ReportLine:
    for line in report_lines(of_report=form_id):
        if line.form.pk == form_id and line.event is not None:
            return line
    raise Http404


def _pdf_response(content: bytes, line: ReportLine, *, name: str) -> HttpResponse:
    version = f"{line.participant.number}-{line.form.occurrence}"
    disposition = f'inline; filename="{name}-{version}.pdf"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@permitted(Permission.READ_CASEBOOK, when=reads_reports)
@never_cache
def blinded(request: StaffRequest, form_id: int) -> HttpResponse:
    line = _line_or_404(form_id)
    try:
        writer = pdf_writer()
    except RandomizationRefused as problem:
        messages.error(request, str(problem))
        return redirect("safety:reports")
    content = blinded_pdf(writer, line, by=request.user)
    return _pdf_response(content, line, name="cioms")


@sensitive_post_parameters("password")
@permitted(Permission.CODE_BREAK_SUSAR)
@never_cache
def unblinded(request: StaffRequest, form_id: int) -> HttpResponse:
    """Answer the password with the unblinded form; it is stored nowhere."""
    line = _line_or_404(form_id)
    form = UnblindForm(request, request.POST or None)
    if form.is_valid():
        try:
            content = unblinded_pdf(
                pdf_writer(), line, form.account, proof=form.proof, by=request.user
            )
        except RandomizationRefused as problem:
            form.add_error(None, str(problem))
        else:
            return _pdf_response(content, line, name="cioms-unblinded")
    context = {"line": line, "form": form, "is_susar": is_susar(line)}
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    return render(request, "safety/cioms/unblind.html", context, status=status)
