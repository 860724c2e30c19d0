"""PRD: what was prepared for one infusion; the same layout in both arms; restricted."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from randomization.vocabulary import Diluent, Product, ViabilityMethod
from record.accounts.roles import Permission
from record.audit.vault import Purpose
from record.casebook import items
from record.casebook.conditions import Answer, Answered
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import SealedCRF

# What is entered after preparer and checker confirmed; all other items they confirm.
AFTER_CHECK = (
    "handed_over_at",
    "handed_to",
    "returned_ml",
    "destroyed_ml",
    "destroy_reason",
    "destroyed_at",
)
IS_MSC = Answer("product", "MSC")
WAS_DESTROYED = Answered("destroyed_ml")


class ProductRecord(SealedCRF):
    """Product, lot, cells, preparation, hand-over and what came back."""

    purpose: ClassVar[Purpose] = Purpose.PRODUCT

    product = items.Choice(
        _("Product"), Product, required=True, missing_allowed=False, sdtm="EX.EXTRT"
    )
    lot = items.Listed(
        _("Lot"),
        options_from="randomization.product.selectors.lots.lot_choices",
        required=True,
        missing_allowed=False,
        sdtm="EX.EXLOT",
        guide=_("The lots of the register; those that may be used stand first."),
    )
    containers = items.Number(
        _("Containers taken from the lot"),
        required=True,
        missing_allowed=False,
        hard=(1, 50),
        soft=(1, 10),
        guide=_("They leave the account of the lot with this record."),
    )
    passage = items.Number(
        _("Passage"),
        required=IS_MSC,
        hard=(1, 15),
        soft=(2, 8),
        guide=_("Saline: not applicable."),
    )
    planned_dose_e6_kg = items.Number(
        _("Planned dose"),
        unit="10^6/kg",
        decimals=2,
        required=IS_MSC,
        hard=(0.1, 10),
        soft=(0.5, 2),
        guide=_("Saline: not applicable."),
    )
    cells_per_ml_e6 = items.Number(
        _("Cell concentration"),
        unit="10^6/mL",
        decimals=2,
        required=IS_MSC,
        hard=(0.01, 20),
        soft=(0.2, 5),
        guide=_("Saline: not applicable."),
    )
    viability_pct = items.Number(
        _("Viability"),
        unit="%",
        decimals=1,
        required=IS_MSC,
        hard=(0, 100),
        soft=(70, 100),
        guide=_("Saline: not applicable."),
    )
    viability_method = items.Choice(
        _("Method of viability"), ViabilityMethod, required=IS_MSC
    )
    out_of_storage_at = items.DateTime(_("Out of storage"), required=True)
    thawed_at = items.DateTime(
        _("Thawed"), required=IS_MSC, guide=_("Saline: not applicable.")
    )
    prepared_at = items.DateTime(_("Prepared"), required=True)
    storage_temp_c = items.Number(
        _("Storage temperature"),
        unit="°C",
        required=True,
        hard=(-196, 40),
        soft=(-196, 8),
    )
    diluent = items.Choice(_("Diluent"), Diluent, required=True)
    final_volume_ml = items.Number(
        _("Final volume"),
        unit="mL",
        required=True,
        guide=_("The planned volume, the same in both arms."),
    )
    cover_applied = items.YesNo(
        _("Opaque cover applied?"), required=True, missing_allowed=False
    )
    prepared_by = items.User(_("Prepared by"), required=True, missing_allowed=False)
    checked_by = items.User(_("Checked by"), required=True, missing_allowed=False)
    as_allocated = items.YesNo(
        _("Product as allocated?"), required=True, missing_allowed=False
    )
    handed_over_at = items.DateTime(_("Handed over"), required=True)
    handed_to = items.User(_("Handed over to"), required=True)
    returned_ml = items.Number(
        _("Returned"),
        unit="mL",
        hard=(0, 500),
        guide=_("Needed unless all was given; 0 when nothing came back."),
    )
    destroyed_ml = items.Number(
        _("Destroyed"),
        unit="mL",
        hard=(0, 500),
        guide=_("Needed unless all was given."),
    )
    destroy_reason = items.Text(
        _("Reason of destruction"),
        only_if=WAS_DESTROYED,
        required=WAS_DESTROYED,
        rows=2,
    )
    destroyed_at = items.DateTime(
        _("Destroyed at"),
        only_if=WAS_DESTROYED,
        required=WAS_DESTROYED,
    )

    class Meta(SealedCRF.Meta):
        pass

    class Design:
        order = 20
        code, title = "PRD", _("Product record")
        sections = (
            Section(_("Product"), "product", "lot", "containers", "passage"),
            Section(
                _("Cells"),
                "planned_dose_e6_kg",
                "cells_per_ml_e6",
                "viability_pct",
                "viability_method",
            ),
            Section(
                _("Preparation"),
                "out_of_storage_at",
                "thawed_at",
                "prepared_at",
                "storage_temp_c",
                "diluent",
                "final_volume_ml",
                "cover_applied",
                "prepared_by",
                "checked_by",
                "as_allocated",
            ),
            Section(_("Hand-over and remains"), *AFTER_CHECK),
        )
        collected = AtVisits("D0", "D7")
        entered_by = (Permission.ENTER_PRODUCT,)
        seen_by = Permission.SEE_PRODUCT
        signature = _("I prepared or checked this product as recorded here.")
        signed_by = Permission.SIGN_PRODUCT
