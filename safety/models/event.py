"""The adverse event log."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit, Permission
from record.casebook import items
from record.casebook.conditions import Answer, Fact
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from safety import vocabulary as words
from trial_edc.vocabulary import Sex, YesNo


def _cause(label: Any, **facts: Any) -> items.Choice:
    return items.Choice(label, words.Causality, required=True, judged=True, **facts)


class AdverseEvent(CRF):
    """Any untoward medical occurrence from consent to month 3, related or not."""

    term = items.Text(
        _("Term"),
        required=True,
        missing_allowed=False,
        longest=200,
        guide=_("One event a row; a diagnosis rather than its symptoms."),
        sdtm="AE.AETERM",
        cdash="AETERM",
    )
    term_kind = items.Choice(_("Diagnosis or symptom"), words.TermKind, required=True)
    onset = items.PartialDate(
        _("Onset"), with_time=True, required=True, sdtm="AE.AESTDTC", cdash="AESTDAT"
    )
    ongoing = items.YesNo(_("Ongoing?"), required=True, cdash="AEONGO")
    ended = items.PartialDate(
        _("End"),
        with_time=True,
        only_if=Answer("ongoing", YesNo.NO),
        required=True,
        sdtm="AE.AEENDTC",
        cdash="AEENDAT",
    )
    grade = items.Choice(
        _("Grade (worst)"),
        words.Grade,
        required=True,
        missing_allowed=False,
        guide=_("How bad it was; whether it is serious is another question."),
        sdtm="AE.AETOXGR",
        cdash="AETOXGR",
    )
    ctcae_version = items.Choice(
        _("CTCAE version"), words.CtcaeVersion, required=True, sdtm="SUPPAE.CTCAEVER"
    )
    serious = items.YesNo(
        _("Serious?"),
        required=True,
        missing_allowed=False,
        guide=_("Yes starts the 24-hour clock at once, also in a draft."),
        sdtm="AE.AESER",
        cdash="AESER",
    )
    seriousness = items.MultipleChoice(
        _("Criteria of seriousness"),
        words.Seriousness,
        only_if=Answer("serious", YesNo.YES),
        required=True,
        guide=_("A stay that was planned before consent is no criterion."),
        sdtm="AE.AESDTH AESLIFE AESHOSP AESDISAB AESCONG AESMIE",
    )
    infusion_reaction = items.YesNo(_("Infusion reaction?"), required=True)
    infusion_number = items.Choice(
        _("Which infusion"), words.WhichInfusion, required=True
    )
    caused_by_infusion = _cause(
        _("Caused by the study infusion"), sdtm="AE.AEREL", cdash="AEREL"
    )
    caused_by_procedure = _cause(_("Caused by a study procedure"))
    caused_by_disease = _cause(_("Caused by a disease"))
    caused_by_other_drug = _cause(_("Caused by another drug"))
    special_interest = items.MultipleChoice(
        _("Of special interest"), words.SpecialInterest, required=True
    )
    aki_course = items.Choice(
        _("Course of the kidney injury itself?"),
        words.AkiCourse,
        required=True,
        guide=_(
            "The expected course is an outcome and no event here, unless serious. "
            "Answer No for an event that is not renal."
        ),
    )
    action_infusion = items.Choice(
        _("Action on the infusion"),
        words.InfusionAction,
        required=True,
        sdtm="AE.AEACN",
        cdash="AEACN",
    )
    treatment = items.MultipleChoice(_("Treatment"), words.Treatment, required=True)
    outcome = items.Choice(
        _("Outcome"),
        words.EventOutcome,
        required=True,
        sdtm="AE.AEOUT",
        cdash="AEOUT",
    )
    pregnancy = items.YesNo(
        _("Pregnancy?"), only_if=Fact("sex", Sex.FEMALE.value), required=True
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 10
        code, title = "AE", _("Adverse event")
        limits = (Limit.SAFETY_FORMS,)
        sections = (
            Section(_("Event"), "term", "term_kind", "onset", "ongoing", "ended"),
            Section(_("Severity"), "grade", "ctcae_version", "serious", "seriousness"),
            Section(_("Infusion"), "infusion_reaction", "infusion_number"),
            Section(
                _("Causality, as the investigator sees it"),
                "caused_by_infusion",
                "caused_by_procedure",
                "caused_by_disease",
                "caused_by_other_drug",
            ),
            Section(
                _("Course"),
                "special_interest",
                "aki_course",
                "action_infusion",
                "treatment",
                "outcome",
                "pregnancy",
            ),
        )
        collected = Log()
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        signature = _("I have assessed this adverse event and its causes.")
        row_title = ("term", "onset", "grade")
