"""Tables of an unblinded export beside the blinded ones: products and arms.

Only the unblinded statistician may request it; the import contract names this module.
"""

import json
from collections.abc import Iterator

from exports.selectors.blinded import all_tables
from exports.selectors.export_table import PLACE, ExportTable, place_cells
from exports.selectors.form_tables import Context, tables_of
from exports.selectors.signatures import signature_cells, signatures_table
from randomization.arms import arms_of
from randomization.models import Allocation, LotRecord, PreparationCheck
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.design import FormDesign
from trial_edc.dates import SITE_TZ
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe


@implements("RND-05")
def restricted_designs() -> dict[str, FormDesign]:
    return {
        code: design
        for code, design in catalogue.designs().items()
        if design.confidentiality == Confidentiality.RESTRICTED
    }


def all_unblinded_tables(codes: list[str], context: Context) -> Iterator[ExportTable]:
    yield from all_tables(codes, context)
    for design in restricted_designs().values():
        yield from tables_of(design, context)
    yield signatures_table("signatures_restricted.csv", [*restricted_designs()])
    yield preparation_checks_table()
    yield lots_table()
    yield arms_table()


def arms_table() -> ExportTable:
    def lines() -> Iterator[list[str]]:
        allocations = list(
            Allocation.objects.select_related("participant").order_by(
                "participant__sequence"
            )
        )
        arms = arms_of([allocation.participant for allocation in allocations])
        for allocation in allocations:
            yield [
                allocation.participant.number,
                allocation.code,
                allocation.randomised_at.astimezone(SITE_TZ).isoformat(),
                arms[allocation.participant_id],
            ]

    heading = ("participant", "randomisation_no", "randomised_at", "arm")
    return ExportTable("arms.csv", "Arms", heading, lines())


@implements("SIG-01")
def preparation_checks_table() -> ExportTable:
    def lines() -> Iterator[list[str]]:
        checks = PreparationCheck.objects.prefetch_related("form__participant")
        in_order = checks.order_by("at", "pk")
        for check in sorted(in_order, key=lambda one: one.form.participant.sequence):
            yield [*place_cells(check.form), check.part, *signature_cells(check)]

    heading = (*PLACE, "part", "signer", "signer_role", "signed_at", "meaning")
    return ExportTable("preparation_checks.csv", "Preparation checks", heading, lines())


def lots_table() -> ExportTable:
    def lines() -> Iterator[list[str]]:
        for lot in LotRecord.objects.order_by("id").iterator():
            content = lot.content
            for name, value in content.items():
                rows = value if isinstance(value, list) else [value]
                for number, item in enumerate(rows, 1):
                    yield [_cell(content["lot"]), name, str(number), _cell(item)]

    return ExportTable("lots.csv", "Lots", ("lot", "item", "row", "value"), lines())


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else safe(str(value))
