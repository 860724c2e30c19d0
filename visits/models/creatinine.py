"""The serum creatinine log."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Permission
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.units import CREATININE
from visits.laboratory.vocabulary import SamplePlace
from visits.schedule.conditions import BeforeConsent

OUTSIDE = Answer("place", SamplePlace.OUTSIDE_LAB)


class Creatinine(CRF):
    """One creatinine, from 365 days before consent to month 3."""

    sample_at = items.PartialDate(
        _("Sample taken at"),
        with_time=True,
        day_needed=True,
        required=True,
        missing_allowed=False,
        guide=_("A date without a time is for results of outside laboratories."),
        sdtm="LB.LBDTC",
        cdash="LBDAT",
    )
    value = items.Lab(
        _("Creatinine"),
        units=CREATININE,
        required=True,
        hard=(10, 3000),
        soft=(40, 1500),
        sdtm="LB.LBORRES:CREAT",
        loinc="14682-9",
    )
    place = items.Choice(_("Place"), SamplePlace, required=True)
    laboratory = items.Ref(
        _("Laboratory"), to="visits.Laboratory", required=True, sdtm="LB.LBNAM"
    )
    source_seen = items.YesNo(
        _("Original report seen?"), only_if=OUTSIDE, required=True
    )
    report = items.File(
        _("Copy of the report"),
        only_if=OUTSIDE,
        required=True,
        guide=_("Black out name and numbers of the person first."),
    )
    routine_care = items.YesNo(
        _("Taken in routine care?"), required=BeforeConsent("sample_at")
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 70
        code, title = "CRE", _("Serum creatinine log")
        sections = (
            Section(_("Sample"), "sample_at", "value"),
            Section(
                _("Source"),
                "place",
                "laboratory",
                "source_seen",
                "report",
                "routine_care",
            ),
        )
        collected = Log()
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        row_title = ("sample_at", "value")
        row_key = ("sample_at",)
        is_table = True
