"""The visit record: it alone makes a visit done."""

from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.conditions import Answer, Fact
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode, YesNo
from visits.schedule.conditions import OutOfWindow
from visits.schedule.vocabulary import Informant, NotDoneReason, VisitMode, WindowReason

PERFORMED = Answer("performed", YesNo.YES)
NOT_PERFORMED = Answer("performed", YesNo.NO)
LATE_OR_EARLY = PERFORMED & OutOfWindow()


class VisitRecord(CRF):
    """Whether, when and how a visit took place, and what is new since the last."""

    appointment_at = items.DateTime(
        _("Appointment"), future_allowed=True, cdash="SVPLANDAT"
    )
    performed = items.YesNo(
        _("Performed?"),
        required=True,
        missing_allowed=False,
        sdtm="SV.SVOCCUR",
        cdash="SVOCCUR",
    )
    not_done_reason = items.Choice(
        _("Why not"),
        NotDoneReason,
        only_if=NOT_PERFORMED,
        required=True,
        sdtm="SV.SVREASOC",
    )
    not_done_other = items.Text(
        _("Other reason"), only_if=Answer("not_done_reason", "other"), required=True
    )
    visit_date = items.Date(
        _("Date of the visit"),
        only_if=PERFORMED,
        required=True,
        missing_allowed=False,
        sdtm="SV.SVSTDTC",
        cdash="VISDAT",
    )
    mode = items.Choice(
        _("Mode"), VisitMode, only_if=PERFORMED, required=True, sdtm="SV.SVCNTMOD"
    )
    informant = items.Choice(
        _("Source of the information"), Informant, only_if=PERFORMED, required=True
    )
    window_reason = items.Choice(
        _("Reason outside the window"),
        WindowReason,
        only_if=LATE_OR_EARLY,
        required=True,
        guide=_("The visit counts; it is listed as a deviation."),
    )
    window_other = items.Text(
        _("Other reason"), only_if=Answer("window_reason", "other"), required=True
    )
    in_hospital = items.YesNo(_("In hospital now?"), only_if=PERFORMED, required=True)
    has_capacity = items.YesNo(
        _("Can decide for himself or herself now?"),
        only_if=PERFORMED & Fact("representative_signed"),
        required=True,
        guide=_("Yes: consent is asked again, from the participant."),
    )
    creatinine_taken = items.YesNo(
        _("Creatinine sample taken at this visit?"), only_if=PERFORMED, required=True
    )
    new_ae = items.YesNo(
        _("Adverse event since the last visit?"), only_if=PERFORMED, required=True
    )
    new_drug = items.YesNo(
        _("New drug since the last visit?"), only_if=PERFORMED, required=True
    )
    rrt_since = items.YesNo(
        _("Renal replacement since the last visit?"), only_if=PERFORMED, required=True
    )
    stay_change = items.YesNo(
        _("Admitted, moved or discharged since the last visit?"),
        only_if=PERFORMED,
        required=True,
    )
    contacts_checked = items.YesNo(
        _("Contact details checked?"), only_if=PERFORMED, required=True
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 10
        code, title = "VIS", _("Visit record")
        sections = (
            Section(
                _("Visit"),
                "appointment_at",
                "performed",
                "not_done_reason",
                "not_done_other",
                "visit_date",
                "mode",
                "informant",
                "window_reason",
                "window_other",
            ),
            Section(_("State"), "in_hospital", "has_capacity"),
            Section(
                _("Since the last visit"),
                "creatinine_taken",
                "new_ae",
                "new_drug",
                "rrt_since",
                "stay_change",
                "contacts_checked",
            ),
        )
        collected = AtVisits(
            *(slot.code for slot in PROTOCOL.schedule.visits), VisitCode.UNSCHEDULED
        )
