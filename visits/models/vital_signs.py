"""Weight, height and vital signs at a visit."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.conditions import AtVisit
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import CRF
from visits.models.measured import MEASURED, Measured
from visits.schedule.vocabulary import WeightSource


class VitalSigns(Measured, CRF):
    """Weight, height and vital signs; the mean arterial pressure is derived."""

    measured_at = items.DateTime(
        _("Measured at"), required=True, sdtm="VS.VSDTC", cdash="VSDAT"
    )
    weight_kg = items.Number(
        _("Weight"),
        unit="kg",
        decimals=1,
        required=AtVisit("SCR", "D0", "D7"),
        hard=(25, 250),
        soft=(40, 120),
        sdtm="VS.VSORRES:WEIGHT",
        loinc="29463-7",
    )
    weight_source = items.Choice(
        _("How the weight was found"),
        WeightSource,
        required=AtVisit("SCR", "D0", "D7"),
        guide=_("An estimated weight leaves the urine limb of criterion I1 unknown."),
    )
    height_cm = items.Number(
        _("Height"),
        unit="cm",
        required=AtVisit("SCR"),
        hard=(100, 230),
        soft=(145, 200),
        sdtm="VS.VSORRES:HEIGHT",
        loinc="8302-2",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 50
        code, title = "VIT", _("Weight, height and vital signs")
        may_be_not_done = True
        sections = (
            Section(_("Time"), "measured_at"),
            Section(_("Weight and height"), "weight_kg", "weight_source", "height_cm"),
            Section(_("Vital signs"), *MEASURED),
        )
        collected = AtVisits("SCR", "D0", "D7", "D28", "M3", "UNS")
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        row_key = ("measured_at",)
        is_table = True
