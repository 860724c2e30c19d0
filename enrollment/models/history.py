"""DEM and MHX: who the participant is, and what went before."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import AkiCause, AkiSetting, EthnicGroup
from record.casebook import items
from record.casebook.conditions import Answer
from record.casebook.design import Once
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import Sex


class Demographics(CRF):
    """Birth date, sex and ethnic group."""

    birth_date = items.Date(
        _("Birth date"),
        required=True,
        sdtm="DM.BRTHDTC",
        guide=_("Unknown (UNK) leaves I2 and E9 undecided."),
    )
    sex = items.Choice(
        _("Sex"), Sex, required=True, missing_allowed=False, sdtm="DM.SEX"
    )
    ethnic_group = items.Choice(_("Ethnic group"), EthnicGroup, sdtm="DM.ETHNIC")
    ethnic_other = items.Text(
        _("Which ethnic group"), only_if=Answer("ethnic_group", EthnicGroup.OTHER)
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 40
        code, title = "DEM", _("Demographics")
        sections = (
            Section(_("Person"), "birth_date", "sex", "ethnic_group", "ethnic_other"),
        )
        collected = Once()


def _history(label: Any) -> items.YesNo:
    return items.YesNo(label, required=True, sdtm="MH.MHOCCUR")


class MedicalHistory(CRF):
    """Admission, the acute kidney injury and its cause, comorbidities."""

    hospital_admitted_at = items.DateTime(_("Admitted at"), required=True)
    aki_recognised_at = items.DateTime(_("AKI recognised at"), required=True)
    aki_setting = items.Choice(_("Acquired in"), AkiSetting, required=True)
    aki_causes = items.MultipleChoice(_("Cause of AKI"), AkiCause, required=True)
    aki_causes_other = items.Text(
        _("Other cause"), only_if=Answer("aki_causes", AkiCause.OTHER), required=True
    )
    diabetes = _history(_("Diabetes"))
    hypertension = _history(_("Hypertension"))
    known_ckd = _history(_("Known chronic kidney disease"))
    coronary_disease = _history(_("Coronary heart disease"))
    heart_failure = _history(_("Heart failure"))
    stroke = _history(_("Stroke"))
    copd = _history(_("Chronic obstructive lung disease"))
    liver_disease = _history(_("Liver disease"))
    hbv = _history(_("Hepatitis B"))
    hcv = _history(_("Hepatitis C"))
    hiv = _history(_("HIV"))
    tb = _history(_("Tuberculosis"))
    syphilis = _history(_("Syphilis"))
    fungal = _history(_("Invasive fungal infection"))
    malignancy = _history(_("Malignancy"))
    transplant = _history(_("Transplant"))
    vasculitis = _history(_("Vasculitis"))
    thrombosis = _history(_("Thrombosis"))
    allergy = _history(_("Allergy"))
    history = items.ItemGroup(
        _("Other history"),
        items={
            "term": items.Text(_("Term"), required=True, sdtm="MH.MHTERM"),
            "start": items.PartialDate(_("Start"), sdtm="MH.MHSTDTC"),
            "end": items.PartialDate(_("End"), sdtm="MH.MHENDTC"),
            "ongoing": items.YesNo(_("Ongoing?"), sdtm="MH.MHENRTPT"),
        },
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 50
        code, title = "MHX", _("Medical history and cause of AKI")
        may_be_not_done = True
        sections = (
            Section(
                _("Acute kidney injury"),
                "hospital_admitted_at",
                "aki_recognised_at",
                "aki_setting",
                "aki_causes",
                "aki_causes_other",
            ),
            Section(
                _("Comorbidities"),
                "diabetes",
                "hypertension",
                "known_ckd",
                "coronary_disease",
                "heart_failure",
                "stroke",
                "copd",
                "liver_disease",
            ),
            Section(_("Infections"), "hbv", "hcv", "hiv", "tb", "syphilis", "fungal"),
            Section(
                _("Further history"),
                "malignancy",
                "transplant",
                "vasculitis",
                "thrombosis",
                "allergy",
                "history",
            ),
        )
        collected = Once()
