"""Stays in hospital and intensive care."""

from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.conditions import Answer, Answered
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from visits.logs.vocabulary import AdmissionType, Hospital, LeftTo, StayKind


class Stay(CRF):
    """One stay in any hospital, from admission to month 3."""

    kind = items.Choice(_("Kind"), StayKind, required=True, sdtm="HO.HOTERM")
    hospital = items.Choice(_("Hospital"), Hospital, required=True)
    hospital_name = items.Text(
        _("Name of the hospital"),
        only_if=Answer("hospital", Hospital.OTHER),
        required=True,
        longest=200,
    )
    in_at = items.DateTime(_("In"), required=True, sdtm="HO.HOSTDTC", cdash="HOSTDAT")
    out_at = items.DateTime(
        _("Out"),
        guide=_("Empty while the person is still there."),
        sdtm="HO.HOENDTC",
        cdash="HOENDAT",
    )
    out_to = items.Choice(
        _("Left to"), LeftTo, only_if=Answered("out_at"), required=True
    )
    admission_type = items.Choice(_("Type of admission"), AdmissionType, required=True)
    reason = items.Text(_("Reason"), required=True, longest=500, sdtm="HO.HOINDC")

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 110
        code, title = "STY", _("Hospital and intensive care stays")
        sections = (
            Section(_("Place"), "kind", "hospital", "hospital_name"),
            Section(_("Time"), "in_at", "out_at", "out_to"),
            Section(_("Admission"), "admission_type", "reason"),
        )
        collected = Log()
        row_title = ("kind", "in_at")
        row_key = ("kind", "in_at")
        is_table = True
