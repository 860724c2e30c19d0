"""Electronic signatures on exported forms."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from enrollment.models import EligibilityConfirmation
from exports.selectors.export_table import PLACE, ExportTable, place_cells
from record.casebook import catalogue
from record.review.models import Signature
from record.review.selectors.sign_offs import all_sign_offs
from trial_edc.dates import SITE_TZ
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe
from visits.sign_off.selectors import casebooks_unsigned

ELIGIBILITY = "ELG"  # the form that the confirmation of eligibility belongs to
CHUNK_SIZE = 1000
HEADING = (
    *PLACE,
    "form",
    "signed_revision",
    "form_revision",
    "signer",
    "signer_role",
    "signed_at",
    "meaning",
    "holds",
)


SIGN_OFFS = (
    "participant",
    "visit",
    "visit_number",
    "signed_forms",
    "signer",
    "signer_role",
    "signed_at",
    "meaning",
    "holds",
)


@implements("SIG-10")
def sign_offs_table(name: str) -> ExportTable:
    """Sign-offs of casebooks, which name no visit, and of visits."""

    def lines() -> Iterator[list[str]]:
        for one, holds in all_sign_offs():
            place = [one.participant.number, one.visit, str(one.visit_number or "")]
            count = str(len(one.bound))
            yield [*place, count, *signature_cells(one), "Y" if holds else "N"]

    return ExportTable(name, "Sign-offs of visits and casebooks", SIGN_OFFS, lines())


def casebooks_without_sign_off() -> list[str]:
    """While one is named here, the data are not for the final analysis."""
    unsigned = casebooks_unsigned().order_by("sequence")
    return list(unsigned.values_list("number", flat=True))


@implements("SIG-01")
def signatures_table(name: str, codes: Collection[str]) -> ExportTable:
    def lines() -> Iterator[list[str]]:
        signatures = Signature.objects.filter(
            form__code__in=codes, form__struck_at=None
        )
        signatures = signatures.select_related("form__participant")
        signatures = signatures.prefetch_related("form__participant")  # of restricted
        signatures = signatures.order_by("form__participant__sequence", "id")
        rows: Iterable[Signature] = signatures.iterator(CHUNK_SIZE)
        if any(catalogue.design(code).is_restricted for code in codes):
            rows = sorted(rows, key=_sequence)
        for signature in rows:
            if form := signature.form:
                revision = str(signature.bound[str(form.pk)][0])
                state = [form.code, revision, str(form.revision)]
                holds = "Y" if signature.holds_for(form) else "N"
                yield [*place_cells(form), *state, *signature_cells(signature), holds]
        if ELIGIBILITY in codes:
            yield from _confirmations()

    return ExportTable(name, "Signatures", HEADING, lines())


def _sequence(signature: Signature) -> int:
    return signature.form.participant.sequence if signature.form else 0


def _confirmations() -> Iterator[list[str]]:
    """Confirmations of eligibility; their page tells which one holds."""
    confirmations = EligibilityConfirmation.objects.select_related("participant")
    for confirmation in confirmations.order_by("participant__sequence", "id").iterator(
        CHUNK_SIZE
    ):
        number = confirmation.participant.number
        place = [number, "", "", str(confirmation.episode), ELIGIBILITY, "", ""]
        yield [*place, *signature_cells(confirmation), ""]


class ElectronicSignature(Protocol):
    """Common attributes of every electronic signature."""

    signer_name: str
    signer_role: str
    at: datetime
    meaning: str


def signature_cells(signature: ElectronicSignature) -> list[str]:
    return [
        safe(signature.signer_name),
        signature.signer_role,
        signature.at.astimezone(SITE_TZ).isoformat(timespec="seconds"),
        safe(signature.meaning),
    ]
