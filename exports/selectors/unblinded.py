"""What an unblinded export holds beside the blinded one: products and arms.

Only the unblinded statistician may ask for it; the import contract names this module.
"""

import json
from collections.abc import Iterator

from exports.selectors.datasets import Context, all_tables, tables_of
from exports.selectors.signatures import AT_ONCE, signatures_table, signed
from exports.selectors.tables import PLACE, ExportTable, place
from randomization.arms import arms_of
from randomization.models import Allocation, LotRecord, PreparationCheck
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.design import FormDesign
from trial_edc.clock import SITE_TZ
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe


@implements("RND-05")
def restricted_designs() -> dict[str, FormDesign]:
    """Return the forms that only unblinded people may see."""
    return {
        code: design
        for code, design in catalogue.designs().items()
        if design.confidentiality == Confidentiality.RESTRICTED
    }


def all_unblinded_tables(codes: list[str], context: Context) -> Iterator[ExportTable]:
    """Return the chosen blinded tables, then products, lots and arms."""
    yield from all_tables(codes, context)
    for design in restricted_designs().values():
        yield from tables_of(design, context)
    yield signatures_table("signatures_restricted.csv", [*restricted_designs()])
    yield preparation_checks_table()
    yield lots_table()
    yield arms_table()


def arms_table() -> ExportTable:
    """Return the arm of each randomised participant; the file to merge with."""

    def lines() -> Iterator[list[str]]:
        held = list(
            Allocation.objects.select_related("participant").order_by(
                "participant__sequence"
            )
        )
        arms = arms_of([one.participant for one in held])
        for one in held:
            yield [
                one.participant.number,
                one.code,
                one.randomised_at.astimezone(SITE_TZ).isoformat(),
                arms[one.participant_id],
            ]

    heading = ("participant", "randomisation_no", "randomised_at", "arm")
    return ExportTable("arms.csv", "Arms", heading, lines())


@implements("SIG-01")
def preparation_checks_table() -> ExportTable:
    def lines() -> Iterator[list[str]]:
        given = PreparationCheck.objects.select_related("form__participant")
        for one in given.order_by("form__participant__sequence", "at", "pk").iterator(
            AT_ONCE
        ):
            yield [*place(one.form), one.part, *signed(one)]

    heading = (*PLACE, "part", "signer", "signer_role", "signed_at", "meaning")
    return ExportTable("preparation_checks.csv", "Preparation checks", heading, lines())


def lots_table() -> ExportTable:
    """Return the register of lots, one line for each value that a lot has."""

    def lines() -> Iterator[list[str]]:
        for lot in LotRecord.objects.order_by("id").iterator():
            content = lot.content
            for name, value in content.items():
                rows = value if isinstance(value, list) else [value]
                for number, one in enumerate(rows, 1):
                    yield [_cell(content["lot"]), name, str(number), _cell(one)]

    return ExportTable("lots.csv", "Lots", ("lot", "item", "row", "value"), lines())


def _cell(value: object) -> str:
    """Return a value of a lot as text, a movement as JSON."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else safe(str(value))
