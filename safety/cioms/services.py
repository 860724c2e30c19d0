"""The CIOMS I form as PDF, and the record that it was made."""

from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from randomization.code_breaks.services.code_breaks import CodeBreakDetails, break_code
from randomization.problems import RandomizationRefused
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.audit.attribution import Source, act, attributed
from record.casebook.selectors import casebook_of
from safety.cioms.facts import FORMS, Cioms, cioms_of, unblinded
from safety.reports.selectors.cases import cases_of
from safety.reports.selectors.reports import ReportLine
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

CSS = Path(settings.BASE_DIR) / "static" / "css"
STYLES = (CSS / "tokens.css", CSS / "safety" / "cioms.css")


@implements("SAF-12", "AUD-07")
def blinded_pdf(writer: Any, line: ReportLine, *, by: User) -> bytes:
    with attributed(by=by, via=Source.PAGE):
        _record_form(line, is_unblinded=False)
        return _render_pdf(
            writer, cioms_of(line, casebook_of(line.participant, *FORMS))
        )


@implements("SAF-12", "RND-08", "AUD-07")
def unblinded_pdf(
    writer: Any,
    line: ReportLine,
    account: CodeBreakDetails,
    *,
    proof: ReAuthenticated,
    by: User,
) -> bytes:
    """Form with product and lot, through a code break of the officer's own.

    Only of a SUSAR: nothing else is unblinded for an authority. When the form cannot
    be made, nothing was disclosed and no break is in the register.
    """
    if not by.may(Permission.CODE_BREAK_SUSAR):
        raise PermissionDenied
    if not is_susar(line):
        raise RandomizationRefused(
            _("Only a SUSAR is unblinded: assess this version first.")
        )
    with attributed(by=by, via=Source.PAGE):
        disclosed = break_code(line.participant, account, proof=proof, by=by)
        _record_form(line, is_unblinded=True)
        blinded = cioms_of(line, casebook_of(line.participant, *FORMS))
        return _render_pdf(writer, unblinded(blinded, disclosed))


def is_susar(line: ReportLine) -> bool:
    return any(
        case.is_assessed and case.deadlines.is_susar for case in cases_of([line])
    )


def susar_account(reason: str, disclosed_to: str) -> CodeBreakDetails:
    kind, why = CodeBreakKind.SUSAR, CodeBreakCategory.AUTHORITY
    return CodeBreakDetails(kind, why, reason, disclosed_to=disclosed_to)


def _record_form(line: ReportLine, *, is_unblinded: bool) -> None:
    details = {"form": "CIOMS I", "version": line.form.occurrence}
    details |= {"content": "unblinded" if is_unblinded else "blinded"}
    person, form = line.participant.pk, line.form.pk
    act("cioms_made", participant_id=person, form_id=form, details=details)


def _render_pdf(writer: Any, form: Cioms) -> bytes:
    context = {"form": form, "trial": PROTOCOL.registry, "route": _("intravenous")}
    html = render_to_string("safety/cioms/cioms.html", context)
    document = writer.HTML(string=html, url_fetcher=_refuse_fetch)
    styles = [writer.CSS(filename=path) for path in STYLES]
    written: bytes = document.write_pdf(stylesheets=styles)
    return written


def _refuse_fetch(url: str, *_args: Any, **_options: Any) -> NoReturn:
    message = f"A report fetches nothing: {url}"
    raise ValueError(message)
