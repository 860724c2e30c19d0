"""The urine collection log."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF


class UrineCollection(CRF):
    """One timed collection; the rate per kilogram and hour is derived."""

    start_at = items.DateTime(
        _("From"), required=True, missing_allowed=False, sdtm="LB.LBDTC"
    )
    end_at = items.DateTime(
        _("To"), required=True, missing_allowed=False, sdtm="LB.LBENDTC"
    )
    volume_ml = items.Number(
        _("Volume"),
        unit="mL",
        required=True,
        hard=(0, 10000),
        soft=(0, 2000),
        sdtm="LB.LBORRES:VOLUME",
    )
    catheter = items.YesNo(_("By catheter?"), required=True)

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 80
        code, title = "URI", _("Urine collection log")
        sections = (
            Section(_("Collection"), "start_at", "end_at", "volume_ml", "catheter"),
        )
        collected = Log()
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        row_title = ("start_at", "volume_ml")
        row_key = ("start_at",)
        is_table = True
