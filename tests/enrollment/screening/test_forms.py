"""The declarations of the screening forms against the CRF catalogue."""

import pytest

from record.accounts.roles import Permission
from record.audit.models import Confidentiality
from record.casebook import catalogue, items
from record.casebook.models import SealedCRF

COMORBIDITIES = (
    "diabetes hypertension known_ckd coronary_disease heart_failure stroke copd "
    "liver_disease hbv hcv hiv tb syphilis fungal malignancy transplant vasculitis "
    "thrombosis allergy"
)
# Every item with its type (codes of the catalogue, §0) and ! where it takes no missing
# code. Items beyond the catalogue's own words: the text to an answer "other".
CATALOGUE = {
    "SCN": (
        "approached_at:dt! source:c1 age_years:n0 sex:c1 approach_result:c1! "
        "rescreening_of:ref screening_closed_at:dt screen_failure_reason:c1 "
        "failed_criteria:tx"
    ),
    "CNS": (
        "kind:c1! decision:c1! decided_at:dt! version:c1 language:c1 capacity:yn! "
        "capacity_by:user signer:c1! relation:c1 witness:yn obtained_by:user! "
        "copy_given:yn channel:cm recipient:c1 message_language:c1 signed_scan:file"
    ),
    "CTC": (
        "name:tx hospital_no:tx phones:rows email:tx address:tx best_time:tx "
        "opted_out_at:dt"
    ),
    "DEM": "birth_date:d sex:c1! ethnic_group:c1 ethnic_other:tx",
    "MHX": (
        "hospital_admitted_at:dt aki_recognised_at:dt aki_setting:c1 aki_causes:cm "
        "aki_causes_other:tx "
        + " ".join(f"{name}:yn" for name in COMORBIDITIES.split())
        + " history:rows"
    ),
    "IST": (
        "any_exposure:yn! drug_class:c1 drug:c1 drug_other:tx route:c1 mg_per_day:n3 "
        "start:pd last_dose_change:pd switched:pd ongoing:yn stop:pd"
    ),
    "ELG": (
        "onset_within_48h_attested:yn i4_can_comply:yn phone_confirmed:yn "
        "e1_causes:cm! ultrasound:yn urinalysis:yn e2:yn childbearing_potential:yn "
        "hcg_result:c1 hcg_at:dt e3:yn e3_why:cm e4:yn e4_why:tx e5:yn e5_why:tx "
        "e6:yn e6_why:tx e7:yn e7_why:tx e8:yn e8_why:tx e10:yn e10_why:tx "
        "lvef_pct:n1 lvef_method:c1 lvef_at:dt e11_arrhythmia_or_severe:yn e12:yn "
        "e12_why:tx nonrenal_failed_organs:cm! e14:yn e14_why:tx e15:yn e15_which:cm "
        "e16:yn e16_why:tx e17_burst_decision:c1 e17_burst_reason:tx e18_other:yn "
        "e19:c1 e20:c1 e20_which:tx"
    ),
}
TYPES = {
    items.DateTime: "dt",
    items.YesNo: "yn",
    items.Choice: "c1",
    items.Listed: "c1",
    items.MultipleChoice: "cm",
    items.Text: "tx",
    items.Date: "d",
    items.PartialDate: "pd",
    items.File: "file",
    items.ItemGroup: "rows",
    items.Ref: "ref",
    items.User: "user",
}


def catalogue_text(name: str, item: items.Item) -> str:
    kind = TYPES.get(type(item)) or f"n{item.decimal_places}"  # type: ignore[attr-defined]
    return f"{name}:{kind}{'' if item.facts.missing_allowed else '!'}"


@pytest.mark.parametrize("code", CATALOGUE)
def test_form_has_the_items_of_the_catalogue(code: str) -> None:
    declared = catalogue.design(code).items

    assert [catalogue_text(*pair) for pair in declared.items()] == CATALOGUE[
        code
    ].split()


def codes_of(form: str, item: str) -> str:
    terms = catalogue.design(form).items[item].facts.terms
    assert terms is not None
    return " ".join(term.value for term in terms)


@pytest.mark.parametrize(
    ("form", "item", "codes"),
    [
        ("SCN", "source", "icu ward emergency outpatient transfer_in"),
        (
            "SCN",
            "approach_result",
            (
                "consented declined incapable_no_representative "
                "unsuitable_before_consent staff_unavailable other"
            ),
        ),
        (
            "SCN",
            "screen_failure_reason",
            (
                "criteria_failed not_evaluable consent_refused consent_withdrawn died "
                "transferred time_expired recruitment_paused other"
            ),
        ),
        ("CNS", "kind", "initial new_version capacity_regained contact"),
        ("CNS", "relation", "spouse parent child sibling guardian other"),
        ("CNS", "channel", "sms email none"),
        (
            "MHX",
            "aki_causes",
            (
                "sepsis hypoperfusion nephrotoxic_drug contrast cardiac_surgery "
                "other_surgery rhabdomyolysis cardiorenal hepatorenal other"
            ),
        ),
        ("IST", "route", "oral iv im inhaled topical intra_articular other"),
        (
            "ELG",
            "e1_causes",
            (
                "post_renal glomerulonephritis lupus anca anti_gbm "
                "cryoglobulinaemia tma purpura none"
            ),
        ),
        ("ELG", "e3_why", "anaphylaxis two_substances product_component other"),
        (
            "ELG",
            "nonrenal_failed_organs",
            "respiratory cardiovascular hepatic coagulation cns gastrointestinal none",
        ),
        ("ELG", "e17_burst_decision", "counts does_not_count"),
        ("ELG", "e19", "now expected no"),
        ("ELG", "e20", "now within_30_d registry_only no"),
    ],
)
def test_coded_answers_are_those_of_the_catalogue(
    form: str, item: str, codes: str
) -> None:
    assert codes_of(form, item) == codes


def test_drugs_are_those_with_an_equivalence() -> None:
    from trial_edc.protocol import PROTOCOL

    steroids = PROTOCOL.eligibility.steroid_equivalents_mg
    assert codes_of("IST", "drug").split() == [*steroids, "other"]


def test_contact_details_are_sealed_identity() -> None:
    design = catalogue.design("CTC")

    assert issubclass(design.model, SealedCRF)
    assert design.confidentiality == Confidentiality.IDENTITY
    assert design.seen_by == Permission.SEE_IDENTITY
    assert all(item.facts.identity for item in design.items.values())


def test_the_scan_of_a_consent_is_identity() -> None:
    scan = catalogue.design("CNS").items["signed_scan"]

    assert scan.facts.identity


def test_lvef_is_a_percentage() -> None:
    facts = catalogue.design("ELG").items["lvef_pct"].facts

    assert (facts.hard, facts.soft, facts.unit) == ((5, 90), (20, 80), "%")


def test_judgements_are_for_investigators_alone() -> None:
    items_of = catalogue.design("ELG").items
    judged = [name for name, item in items_of.items() if item.facts.judged]

    assert " ".join(judged) == (
        "onset_within_48h_attested i4_can_comply e1_causes e2 e3 e4 e5 e6 e7 e8 e10 "
        "e11_arrhythmia_or_severe e12 e14 e15 e16 e17_burst_decision e18_other e19 e20"
    )
