"""What a blinded export holds: which forms, and their tables."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Count

from exports.selectors.export_table import ExportTable
from exports.selectors.form_tables import (
    ENDPOINTS,
    Context,
    endpoints_table,
    tables_of,
)
from exports.selectors.signatures import sign_offs_table, signatures_table
from record.accounts.roles import Permission
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance
from trial_edc.requirements import implements


@implements("EXP-08")
def blinded_designs() -> dict[str, FormDesign]:
    """Forms with neither product nor identity, nor what is the sponsor's alone."""
    return {
        code: design
        for code, design in catalogue.designs().items()
        if design.confidentiality == Confidentiality.OPEN
        and design.seen_by == Permission.READ_CASEBOOK
    }


def expected_rows(designs: Iterable[FormDesign]) -> dict[str, int]:
    codes = [design.code for design in designs]
    forms = FormInstance.objects.filter(
        code__in=codes, revision__gt=0, struck_at=None
    ).order_by()
    counted = dict(forms.values_list("code").annotate(Count("pk")))
    return {code: counted.get(code, 0) for code in codes}


def all_tables(codes: Iterable[str], context: Context) -> Iterator[ExportTable]:
    selected: Mapping[str, None] = dict.fromkeys(codes)
    for code, design in blinded_designs().items():
        if code in selected:
            yield from tables_of(design, context)
    if ENDPOINTS in selected:
        yield endpoints_table(context)
    selected_forms = [code for code in blinded_designs() if code in selected]
    yield signatures_table("signatures.csv", selected_forms)
    yield sign_offs_table("sign_offs.csv")
