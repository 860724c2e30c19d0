"""The forms of safety and outcomes, item by item, as the CRF catalogue has them."""

import pytest

from record.casebook import catalogue
from record.casebook.items import Item

CATALOGUE = {
    "AE": """
        Text term R!; Choice term_kind R; PartialDate onset R; YesNo ongoing R;
        PartialDate ended R if; Choice grade R!; Choice ctcae_version R;
        YesNo serious R!; MultipleChoice seriousness R if; YesNo infusion_reaction R;
        Choice infusion_number R; Choice caused_by_infusion R judged;
        Choice caused_by_procedure R judged; Choice caused_by_disease R judged;
        Choice caused_by_other_drug R judged; MultipleChoice special_interest R;
        Choice aki_course R; Choice action_infusion R; MultipleChoice treatment R;
        Choice outcome R; YesNo pregnancy R if
    """,
    "SAE": """
        Ref ae R!; Choice report_kind R; DateTime aware_at R!; User aware_who R;
        PartialDate hospital_in R if; PartialDate hospital_out when if;
        Text narrative when; Text tests when; Text history when;
        DateTime ethics_informed_at R
    """,
    "SPA": """
        DateTime sponsor_aware_at R!; Choice causality_sponsor R;
        YesNo expected_per_rsi R; Text rsi_version R; Date submitted_on R if;
        MultipleChoice authority R if; Text reference R if
    """,
    "DTH": """
        PartialDate death_on R!; Time death_time R; Choice place R; Choice source R;
        Text cause R; Choice cause_category R; Choice autopsy R;
        Choice related_infusion R if judged; Ref ae R! if
    """,
    "PRG": """
        Choice who R!; YesNo partner_consented R if; DateTime aware_at R!;
        PartialDate lmp R if; Date due_on R if future; Choice outcome R if;
        PartialDate outcome_on R if; YesNo anomaly R if
    """,
    "O28": """
        Choice vital_status R!; Date status_known_on R; Choice status_source R;
        Choice creatinine_missing R if; YesNo rrt_last_7_days when if;
        YesNo transplant when; Choice where_now when if; YesNo rrt_log_complete R;
        YesNo stays_log_complete R; YesNo events_log_complete R;
        YesNo drugs_log_complete R
    """,
    "CAL": """
        DateTime at R!; Choice channel R; Choice reached R; Choice result R;
        Date alive_on when if
    """,
    "WDR": "Choice kind R!; Date on R!; Choice by R; Choice reason R",
    "EOS": "Choice reason R!; Date on R",
}
CATALOGUE["OM3"] = CATALOGUE["O28"]


def described(item: Item) -> str:
    facts = item.facts
    required = {True: "R", False: ""}.get(facts.required, "when")  # type: ignore[call-overload]
    marks = [
        required + ("" if facts.missing_allowed else "!"),
        "if" if facts.only_if else "",
        "judged" if facts.judged else "",
        "future" if facts.future_allowed else "",
    ]
    return " ".join((type(item).__name__, str(item.name), *filter(None, marks)))


@pytest.mark.parametrize("code", CATALOGUE)
def test_form_is_declared_as_the_catalogue_has_it(code: str) -> None:
    declared = [described(item) for item in catalogue.design(code).items.values()]

    assert declared == [" ".join(line.split()) for line in CATALOGUE[code].split(";")]
