"""The report on a serious event, when it was sent, and the sponsor's assessment."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit, Permission
from record.audit.triggers import REFUSE_CHANGE, Recorded
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF, FormInstance
from safety import vocabulary as words
from safety.reports.conditions import EventIs, IsSusar

FINAL = Answer("report_kind", words.ReportKind.FINAL)
IN_HOSPITAL = EventIs(words.Seriousness.HOSPITALISATION)
NO_NAMES = _("No names, and no word on what the infusion may have been.")


class SeriousReport(CRF):
    """A version of the report on one serious adverse event; each version is a row."""

    ae = items.Ref(_("Event"), form="AE", required=True, missing_allowed=False)
    report_kind = items.Choice(_("Version"), words.ReportKind, required=True)
    aware_at = items.DateTime(
        _("Site aware at"),
        required=True,
        missing_allowed=False,
        guide=_(
            "When anybody of the site knew that the event was serious; in a later "
            "version, when the new information came."
        ),
    )
    aware_who = items.User(_("Who became aware"), required=True)
    hospital_in = items.PartialDate(
        _("Admitted"), only_if=IN_HOSPITAL, required=True, sdtm="HO.HOSTDTC"
    )
    hospital_out = items.PartialDate(
        _("Discharged"),
        only_if=IN_HOSPITAL,
        required=IN_HOSPITAL & FINAL,
        sdtm="HO.HOENDTC",
    )
    narrative = items.Text(
        _("Narrative"), required=FINAL, rows=8, longest=8000, guide=NO_NAMES
    )
    tests = items.Text(_("Tests"), required=FINAL, rows=4, longest=4000, guide=NO_NAMES)
    history = items.Text(
        _("Relevant history"), required=FINAL, rows=4, longest=4000, guide=NO_NAMES
    )
    ethics_informed_at = items.DateTime(_("Ethics committee told at"), required=True)

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 20
        code, title = "SAE", _("Serious adverse event report")
        limits = (Limit.SAFETY_FORMS,)
        sections = (
            Section(_("Report"), "ae", "report_kind", "aware_at", "aware_who"),
            Section(_("Hospital"), "hospital_in", "hospital_out"),
            Section(_("Description"), "narrative", "tests", "history"),
            Section(_("Ethics committee"), "ethics_informed_at"),
        )
        collected = Log()
        signature = _("I have reviewed this report; it is complete and correct.")
        row_title = ("ae", "report_kind", "aware_at")


class SentReport(Recorded):
    """When a report went to the sponsor, by whom, and in which revisions.

    `notified_at` is when the sponsor knew at the latest: the default of its awareness.
    """

    form = models.OneToOneField(
        FormInstance, models.PROTECT, primary_key=True, related_name="+"
    )
    revision = models.PositiveIntegerField()
    event_revision = models.PositiveIntegerField(null=True)  # of the reported event
    notified_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)


class SponsorAssessment(CRF):
    """The sponsor's assessment of the report of the same number; no site data."""

    sponsor_aware_at = items.DateTime(
        _("Sponsor aware at"),
        required=True,
        missing_allowed=False,
        guide=_("Day 0 of the 7 or 15 days: when the report reached the sponsor."),
    )
    causality_sponsor = items.Choice(
        _("Causality, as the sponsor sees it"), words.Causality, required=True
    )
    expected_per_rsi = items.YesNo(
        _("Expected by the reference safety information?"),
        required=True,
        guide=_("Always judged against the information on the cells."),
    )
    rsi_version = items.Text(
        _("Version of the reference safety information"), required=True, longest=50
    )
    submitted_on = items.Date(_("Submitted on"), only_if=IsSusar(), required=True)
    authority = items.MultipleChoice(
        _("Submitted to"), words.Authority, only_if=IsSusar(), required=True
    )
    reference = items.Text(
        _("Reference"), only_if=IsSusar(), required=True, longest=100
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 30
        code, title = "SPA", _("Sponsor safety assessment")
        limits = (Limit.SAFETY_FORMS,)
        sections = (
            Section(
                _("Assessment"),
                "sponsor_aware_at",
                "causality_sponsor",
                "expected_per_rsi",
                "rsi_version",
            ),
            Section(_("Submission"), "submitted_on", "authority", "reference"),
        )
        collected = Log()
        entered_by = (Permission.ASSESS_SAFETY,)
        seen_by = Permission.ASSESS_SAFETY
        row_title = ("sponsor_aware_at", "causality_sponsor")
