"""The bedside record of an infusion."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit, Permission
from record.casebook import items
from record.casebook.conditions import Answer, Answered
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import YesNo
from visits.infusions.vocabulary import (
    Access,
    Given,
    NoGoReason,
    StartCondition,
    StoppedReason,
)
from visits.logs.vocabulary import DoseUnit

WAS_GIVEN = Answer("given", Given.GIVEN, Given.PARTLY)


class InfusionRecord(CRF):
    """What happened at the bedside; the same in both arms, without the product.

    The start of infusion 1 is day 0. Duration, rate and percentage of the planned
    volume are derived.
    """

    given = items.Choice(
        _("Given?"),
        Given,
        required=True,
        missing_allowed=False,
        sdtm="EC.ECOCCUR",
        cdash="ECYN",
    )
    not_given_reason = items.Choice(
        _("Why not"),
        NoGoReason,
        only_if=Answer("given", Given.NOT_GIVEN),
        required=True,
        sdtm="EC.ECREASOC",
    )
    started_at = items.DateTime(
        _("Start"),
        only_if=WAS_GIVEN,
        required=True,
        missing_allowed=False,
        sdtm="EC.ECSTDTC",
        cdash="ECSTDAT",
    )
    label_compared = items.YesNo(
        _("Label compared with the participant?"),
        only_if=WAS_GIVEN,
        since=2,
        guide=_("Randomization number, age, sex and the time to start before."),
    )
    missing_at_start = items.MultipleChoice(
        _("Not in place at the start"), StartCondition, only_if=WAS_GIVEN, since=2
    )
    start_reason = items.Text(
        _("Why it was started all the same"),
        only_if=Answered("missing_at_start"),
        required=True,
        missing_allowed=False,
        longest=500,
        since=2,
    )
    stopped_at = items.DateTime(
        _("Stop"),
        only_if=WAS_GIVEN,
        required=True,
        sdtm="EC.ECENDTC",
        cdash="ECENDAT",
    )
    access = items.Choice(
        _("Venous access"), Access, only_if=WAS_GIVEN, required=True, sdtm="EC.ECLOC"
    )
    premedication = items.ItemGroup(
        _("Premedication"),
        items={
            "drug": items.Text(_("Drug"), longest=200, names_medicine=True),
            "dose": items.Number(_("Dose"), decimals=3),
            "unit": items.Choice(_("Unit"), DoseUnit),
            "at": items.DateTime(_("Time")),
        },
        only_if=WAS_GIVEN,
        guide=_("By one rule for all participants."),
    )
    volume_ml = items.Number(
        _("Volume given"),
        unit="mL",
        decimals=1,
        only_if=WAS_GIVEN,
        required=True,
        hard=(0, 500),
        soft=(45, 260),
        sdtm="EC.ECVOL",
    )
    interruptions = items.ItemGroup(
        _("Interruptions"),
        items={
            "from_at": items.DateTime(_("From")),
            "to_at": items.DateTime(_("To")),
            "reason": items.Text(_("Reason"), longest=200),
        },
        only_if=WAS_GIVEN,
    )
    cover_intact = items.YesNo(
        _("Cover of the bag intact?"), only_if=WAS_GIVEN, required=True
    )
    participant_saw = items.YesNo(
        _("Did the participant see the product?"), only_if=WAS_GIVEN, required=True
    )
    reaction = items.YesNo(
        _("Reaction?"),
        only_if=WAS_GIVEN,
        required=True,
        guide=_("Yes opens an adverse event: term, grade and course are told there."),
    )
    completed = items.YesNo(_("Completed?"), only_if=WAS_GIVEN, required=True)
    stopped_reason = items.Choice(
        _("Why not completed"),
        StoppedReason,
        only_if=Answer("completed", YesNo.NO),
        required=True,
        sdtm="EC.ECADJ",
    )
    clinician = items.User(_("Responsible clinician"), required=True)

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 30
        code, title, version = "INF", _("Infusion record"), 2
        limits = (Limit.SAFETY_FORMS, Limit.INFUSION_TIMES)
        items_within = {
            Limit.INFUSION_TIMES: (
                "given",
                "not_given_reason",
                "started_at",
                "stopped_at",
                "volume_ml",
            )
        }
        sections = (
            Section(_("Infusion"), "given", "not_given_reason", "clinician"),
            Section(
                _("Course"),
                "premedication",
                "access",
                "started_at",
                "label_compared",
                "missing_at_start",
                "start_reason",
                "stopped_at",
                "volume_ml",
                "interruptions",
                "completed",
                "stopped_reason",
            ),
            Section(_("Blinding"), "cover_intact", "participant_saw"),
            Section(_("Safety"), "reaction"),
        )
        collected = AtVisits("D0", "D7")
        entered_by = (Permission.ENTER_CRF, Permission.ENTER_BEDSIDE)
        signature = _("I have reviewed this infusion record; it is true and complete.")
