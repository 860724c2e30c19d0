"""Vital signs around an infusion."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import MissingCode
from visits.infusions.vocabulary import NotMeasuredReason, TimePoint
from visits.models.measured import MEASURED, Measured
from visits.schedule.conditions import CodedMissing


class InfusionVitalSigns(Measured, CRF):
    """One measurement at one time point; when it is due is derived."""

    time_point = items.Choice(
        _("Time point"),
        TimePoint,
        required=True,
        missing_allowed=False,
        sdtm="VS.VSTPT",
        cdash="VSTPT",
    )
    taken_at = items.DateTime(
        _("Taken at"), required=True, sdtm="VS.VSDTC", cdash="VSTIM"
    )
    not_done_reason = items.Choice(
        _("Why not taken"),
        NotMeasuredReason,
        only_if=CodedMissing("taken_at", MissingCode.NOT_DONE),
        required=True,
        sdtm="VS.VSREASND",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 40
        code, title = "VSI", _("Infusion vital signs")
        sections = (
            Section(_("Time"), "time_point", "taken_at", "not_done_reason"),
            Section(_("Vital signs"), *MEASURED),
        )
        collected = AtVisits("D0", "D7")
        rows_at_visits = True
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        row_title = ("time_point", "taken_at")
