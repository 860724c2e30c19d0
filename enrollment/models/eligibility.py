"""ELG, the answers to the 24 criteria that no other form gives.

Aids stand beside the questions and bind nobody; what can be computed is computed from
the other forms (`enrollment.eligibility.facts.evidence`).
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.eligibility.rules import BurstDecision
from enrollment.screening.conditions import Allowed
from enrollment.vocabulary import (
    AllergyGround,
    ChronicInfection,
    EchoMethod,
    ExcludedCause,
    HcgResult,
    Organ,
    OtherTrial,
    Ventilation,
)
from record.casebook import items
from record.casebook.conditions import Answer, Condition, Fact
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import Sex, YesNo

FEMALE = Fact("sex", Sex.FEMALE)
MAY_BEAR = FEMALE & Answer("childbearing_potential", YesNo.YES)
SHORT_BURST = Fact("has_short_steroid_burst")


def _judgement(label: Any, guide: Any = "", only_if: Condition | None = None) -> Any:
    return items.YesNo(label, guide=guide, only_if=only_if, required=True, judged=True)


def _why(item: str) -> Any:
    return items.Text(
        _("Which, and why"), rows=2, only_if=Answer(item, YesNo.YES), required=True
    )


class EligibilityAssessment(CRF):
    """The investigator's judgements and what else the criteria need."""

    onset_within_48h_attested = items.YesNo(
        _("Onset within 48 h attested?"),
        only_if=Allowed(PROTOCOL.eligibility.i1_allow_attested_onset),
        required=True,
        judged=True,
    )
    i4_can_comply = _judgement(_("Able to comply with visits and procedures?"))
    phone_confirmed = items.YesNo(_("A phone was tried and works?"), required=True)
    e1_causes = items.MultipleChoice(
        _("Excluded cause of AKI"),
        ExcludedCause,
        required=True,
        missing_allowed=False,
        judged=True,
    )
    ultrasound = items.YesNo(_("Ultrasound done?"), required=True)
    urinalysis = items.YesNo(_("Urinalysis done?"), required=True)
    e2 = _judgement(_("Pregnant or lactating?"), only_if=FEMALE)
    childbearing_potential = items.YesNo(
        _("Of childbearing potential?"), only_if=FEMALE, required=True
    )
    hcg_result = items.Choice(_("hCG"), HcgResult, only_if=MAY_BEAR, required=True)
    hcg_at = items.DateTime(_("hCG taken at"), only_if=MAY_BEAR, required=True)
    e3 = _judgement(_("Allergic person?"))
    e3_why = items.MultipleChoice(
        _("Why"), AllergyGround, only_if=Answer("e3", YesNo.YES), required=True
    )
    e4 = _judgement(
        _("Organ or stem cell transplant, ever?"),
        _("Corneal, skin and autologous bone grafts do not count."),
    )
    e4_why = _why("e4")
    e5 = _judgement(_("Malignant tumour, now or ever?"))
    e5_why = _why("e5")
    e6 = _judgement(_("Life expectancy less than 3 months?"))
    e6_why = _why("e6")
    e7 = _judgement(
        _("End-stage liver disease?"), _("Aid: Child-Pugh C, or MELD 20 or more.")
    )
    e7_why = _why("e7")
    e8 = _judgement(
        _("Uncontrollable infection?"),
        _("Aid: cultures or fever persist after 72 h of adequate therapy."),
    )
    e8_why = _why("e8")
    e10 = _judgement(
        _("Severe pulmonary dysfunction?"),
        _("Aid: PaO2/FiO2 below 200, oxygen at home, GOLD 4."),
    )
    e10_why = _why("e10")
    lvef_pct = items.Number(
        _("LVEF"), unit="%", decimals=1, required=True, hard=(5, 90), soft=(20, 80)
    )
    lvef_method = items.Choice(_("LVEF measured by"), EchoMethod, required=True)
    lvef_at = items.DateTime(_("LVEF measured at"), required=True)
    e11_arrhythmia_or_severe = _judgement(
        _("Severe arrhythmia or other severe cardiac dysfunction?")
    )
    e12 = _judgement(
        _("Hemodynamically unstable?"),
        _(
            "Aid: MAP below 65 or systolic pressure below 90 mmHg, lactate above 2, "
            "vasopressor rising. A stable low dose is not by itself unstable."
        ),
    )
    e12_why = _why("e12")
    nonrenal_failed_organs = items.MultipleChoice(
        _("Failing organs"),
        Organ,
        required=True,
        missing_allowed=False,
        guide=_("Aid: SOFA sub-score 3 or more."),
    )
    e14 = _judgement(_("Vasculitis, acute or chronic?"))
    e14_why = _why("e14")
    e15 = _judgement(_("History of chronic systemic infection?"))
    e15_which = items.MultipleChoice(
        _("Which infection"),
        ChronicInfection,
        only_if=Answer("e15", YesNo.YES),
        required=True,
    )
    e16 = _judgement(_("May need a rising dose of vasopressor?"))
    e16_why = _why("e16")
    e17_burst_decision = items.Choice(
        _("Does the short steroid course count?"),
        BurstDecision,
        only_if=SHORT_BURST,
        required=True,
        judged=True,
    )
    e17_burst_reason = items.Text(_("Why"), rows=2, only_if=SHORT_BURST, required=True)
    e18_other = _judgement(
        _("Other severe blood disorder with risk of death?"),
        _("The platelet count comes from the laboratory panel."),
    )
    e19 = items.Choice(
        _("Mechanical ventilation needed?"),
        Ventilation,
        required=True,
        judged=True,
        guide=_(
            "Invasive, or non-invasive positive pressure for respiratory failure. "
            "High-flow oxygen and CPAP for sleep apnoea do not count."
        ),
    )
    e20 = items.Choice(
        _("In another clinical trial?"),
        OtherTrial,
        required=True,
        judged=True,
        guide=_("A registry alone does not count."),
    )
    e20_which = items.Text(
        _("Which trial"),
        only_if=~Answer("e20", OtherTrial.NO),
        required=(Answer("e20", OtherTrial.NOW, OtherTrial.WITHIN_30_DAYS)),
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 70
        code, title = "ELG", _("Eligibility assessment")
        sections = (
            Section(
                _("Inclusion"),
                "onset_within_48h_attested",
                "i4_can_comply",
                "phone_confirmed",
            ),
            Section(_("Cause of AKI (E1)"), "e1_causes", "ultrasound", "urinalysis"),
            Section(
                _("Pregnancy (E2)"),
                "e2",
                "childbearing_potential",
                "hcg_result",
                "hcg_at",
            ),
            Section(
                _("History (E3–E8)"),
                "e3",
                "e3_why",
                *(f"e{n}{part}" for n in range(4, 9) for part in ("", "_why")),
            ),
            Section(
                _("Lung, heart, circulation, organs (E10–E13)"),
                "e10",
                "e10_why",
                "lvef_pct",
                "lvef_method",
                "lvef_at",
                "e11_arrhythmia_or_severe",
                "e12",
                "e12_why",
                "nonrenal_failed_organs",
            ),
            Section(
                _("Immunity and blood (E14–E18)"),
                "e14",
                "e14_why",
                "e15",
                "e15_which",
                "e16",
                "e16_why",
                "e17_burst_decision",
                "e17_burst_reason",
                "e18_other",
            ),
            Section(
                _("Ventilation, other trials (E19–E20)"), "e19", "e20", "e20_which"
            ),
        )
        collected = Once(per_episode=True)
