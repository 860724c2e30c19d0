"""The infusion request and safety check."""

from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Limit, Permission
from record.casebook import items
from record.casebook.conditions import Answer, Fact
from record.casebook.design import AtVisits
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import Sex, YesNo
from visits.infusions.vocabulary import InfusionDecision, NoGoReason
from visits.schedule.vocabulary import WeightSource

RECHECKED = (
    "ventilated_now",
    "unstable_now",
    "vasopressor_rising_now",
    "infection_uncontrolled_now",
    "pregnant_now",
    "consent_withdrawn_now",
)
CONCERN = (
    Answer("ventilated_now", YesNo.YES)
    | Answer("unstable_now", YesNo.YES)
    | Answer("vasopressor_rising_now", YesNo.YES)
    | Answer("infection_uncontrolled_now", YesNo.YES)
    | Answer("pregnant_now", YesNo.YES)
    | Answer("consent_withdrawn_now", YesNo.YES)
)


class InfusionRequest(CRF):
    """The investigator's decision to have an infusion prepared, given afterwards.

    Number of the infusion and stop rules are derived. The weight here is the one that
    the product and the bedside record use.
    """

    planned_start_at = items.DateTime(
        _("Planned start"), required=True, future_allowed=True
    )
    dosing_weight_kg = items.Number(
        _("Dosing weight"),
        unit="kg",
        decimals=1,
        required=True,
        hard=(25, 250),
        soft=(40, 120),
    )
    weighed_at = items.DateTime(_("Weighed at"), required=True)
    weight_source = items.Choice(
        _("How the weight was found"), WeightSource, required=True
    )
    ventilated_now = items.YesNo(_("Mechanically ventilated now?"), required=True)
    unstable_now = items.YesNo(_("Haemodynamically unstable now?"), required=True)
    vasopressor_rising_now = items.YesNo(
        _("Vasopressor being increased now?"), required=True
    )
    infection_uncontrolled_now = items.YesNo(
        _("Infection not under control now?"), required=True
    )
    pregnant_now = items.YesNo(
        _("Pregnant now?"), only_if=Fact("sex", Sex.FEMALE.value), required=True
    )
    consent_withdrawn_now = items.YesNo(_("Consent withdrawn?"), required=True)
    decision = items.Choice(
        _("Decision"), InfusionDecision, required=True, missing_allowed=False
    )
    go_despite = items.Text(
        _("Why the infusion may be given all the same"),
        rows=3,
        only_if=CONCERN & Answer("decision", InfusionDecision.GO),
        required=True,
    )
    reason = items.Choice(
        _("Reason"),
        NoGoReason,
        only_if=Answer(
            "decision", InfusionDecision.DELAY, InfusionDecision.NO_GO_FINAL
        ),
        required=True,
    )
    retry_at = items.DateTime(
        _("Assess again at"),
        only_if=Answer("decision", InfusionDecision.DELAY),
        required=True,
        future_allowed=True,
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 20
        code, title = "IRQ", _("Infusion request and safety check")
        limits = (Limit.INFUSION_TIMES,)
        sections = (
            Section(_("Plan"), "planned_start_at"),
            Section(
                _("Dosing weight"), "dosing_weight_kg", "weighed_at", "weight_source"
            ),
            Section(_("Check again now"), *RECHECKED),
            Section(_("Decision"), "decision", "go_despite", "reason", "retry_at"),
        )
        collected = AtVisits("D0", "D7")
        signature = _("I have examined the participant and decide as written here.")
        signed_by = Permission.SIGN_INFUSION_REQUEST
