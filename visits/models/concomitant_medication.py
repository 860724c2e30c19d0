"""Concomitant medication and standard treatment."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import YesNo
from visits.logs.vocabulary import DoseUnit, DrugCategory, Frequency, Route


class ConcomitantMedication(CRF):
    """A drug from 14 days before consent to month 3, the same log in both arms."""

    drug = items.Text(
        _("Drug"),
        required=True,
        longest=200,
        names_medicine=True,
        guide=_("Steroids and immunosuppressants belong in their own log."),
        sdtm="CM.CMTRT",
        cdash="CMTRT",
    )
    category = items.Choice(_("Category"), DrugCategory, required=True, sdtm="CM.CMCAT")
    indication = items.Text(
        _("Indication"), required=True, longest=200, sdtm="CM.CMINDC", cdash="CMINDC"
    )
    ae = items.Ref(_("For adverse event"), form="AE")
    dose = items.Number(
        _("Dose"), decimals=3, required=True, sdtm="CM.CMDOSE", cdash="CMDOSE"
    )
    dose_unit = items.Choice(
        _("Unit"), DoseUnit, required=True, sdtm="CM.CMDOSU", cdash="CMDOSU"
    )
    frequency = items.Choice(
        _("Frequency"), Frequency, required=True, sdtm="CM.CMDOSFRQ", cdash="CMDOSFRQ"
    )
    route = items.Choice(
        _("Route"), Route, required=True, sdtm="CM.CMROUTE", cdash="CMROUTE"
    )
    start = items.PartialDate(
        _("Start"), with_time=True, required=True, sdtm="CM.CMSTDTC", cdash="CMSTDAT"
    )
    ongoing = items.YesNo(
        _("Ongoing?"), required=True, sdtm="CM.CMENRTPT", cdash="CMONGO"
    )
    stop = items.PartialDate(
        _("Stop"),
        with_time=True,
        only_if=Answer("ongoing", YesNo.NO),
        required=True,
        sdtm="CM.CMENDTC",
        cdash="CMENDAT",
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 90
        code, title = "CMD", _("Concomitant medication and standard treatment")
        sections = (
            Section(_("Drug"), "drug", "category", "indication", "ae"),
            Section(_("Dose"), "dose", "dose_unit", "frequency", "route"),
            Section(_("Time"), "start", "ongoing", "stop"),
        )
        collected = Log()
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        row_title = ("drug", "start")
        row_key = ("drug", "start")
        is_table = True
