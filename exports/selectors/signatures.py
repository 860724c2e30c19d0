"""The electronic signatures on exported forms, as they are shown on the pages."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from enrollment.models import EligibilityConfirmation
from exports.selectors.tables import PLACE, ExportTable, place
from record.review.models import Signature
from trial_edc.clock import SITE_TZ
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe

ELIGIBILITY = "ELG"  # the form that the confirmation of eligibility belongs to
AT_ONCE = 1000
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


@implements("SIG-01")
def signatures_table(name: str, codes: Collection[str]) -> ExportTable:
    """Return who signed what when, in which meaning, and whether it still holds."""

    def lines() -> Iterator[list[str]]:
        given = Signature.objects.filter(form__code__in=codes, form__struck_at=None)
        given = given.select_related("form__participant")
        given = given.order_by("form__participant__sequence", "id")
        for one in given.iterator(AT_ONCE):
            if form := one.form:
                revision = str(one.bound[str(form.pk)][0])
                state = [form.code, revision, str(form.revision)]
                holds = "Y" if one.holds_for(form) else "N"
                yield [*place(form), *state, *signed(one), holds]
        if ELIGIBILITY in codes:
            yield from _confirmations()

    return ExportTable(name, "Signatures", HEADING, lines())


def _confirmations() -> Iterator[list[str]]:
    """Return the confirmations of eligibility; the page tells which one holds."""
    given = EligibilityConfirmation.objects.select_related("participant")
    for one in given.order_by("participant__sequence", "id").iterator(AT_ONCE):
        number = one.participant.number
        where = [number, "", "", str(one.episode), ELIGIBILITY, "", ""]
        yield [*where, *signed(one), ""]


class Signed(Protocol):
    """What every electronic signature keeps."""

    signer_name: str
    signer_role: str
    at: datetime
    meaning: str


def signed(one: Signed) -> list[str]:
    """Return printed name, role, instant with offset, and meaning."""
    return [
        safe(one.signer_name),
        one.signer_role,
        one.at.astimezone(SITE_TZ).isoformat(timespec="seconds"),
        safe(one.meaning),
    ]
