"""A value of one sample again is refused; another is asked about, and not used."""

from decimal import Decimal
from typing import Any

import pytest

from enrollment.eligibility.facts.evidence import evidence_of
from outcomes.facts.course import baseline_umol_l, last_known_alive, record_of
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import DetectionLimit, Quantity
from tests.visits.edit_checks import (
    COURSE,
    DAY_0,
    HOUR,
    Cases,
    data,
    fired,
    partial,
    quantity,
)

AT = "2026-03-03T08:00"
BELOW_80 = DetectionLimit("<", Decimal(80), "umol/L", Decimal(80))


def sample(occurrence: int, result: str, **values: Any) -> FormData:
    quantity = Quantity(Decimal(result), "umol/L", Decimal(result))
    taken = {"sample_at": partial(AT), "value": quantity, "laboratory": 1}
    return data("CRE", "", occurrence, **{**taken, **values})


def panel(visit: str = "SCR", **values: Any) -> FormData:
    taken = {"sampled_at": DAY_0 - HOUR, "laboratory": 1}
    return data("LAB", visit, **{**taken, **values})


LOW, HIGH = quantity("20", "10^9/L"), quantity("200", "10^9/L")
COUNTED = panel(platelets=HIGH)
APART = [  # rows that are another sample than the first
    sample(2, "90", sample_at=partial("2026-03-03T08:01")),
    sample(2, "90", sample_at=partial("2026-03-03")),
    sample(2, "90", laboratory=2),
]
FIRES: Cases = [
    ("CRE-05", sample(1, "80"), (sample(2, "80"),)),
    ("CRE-06", sample(1, "80"), (sample(2, "90"),)),
    ("CRE-06", sample(1, "80"), (sample(2, "80.1", laboratory=None),)),
    ("CRE-06", sample(1, "80"), (sample(2, "80", value=BELOW_80),)),
    ("LAB-05", COUNTED, (panel("D0", platelets=LOW),)),
    ("LAB-05", COUNTED, (panel("D0", platelets=LOW, laboratory=None),)),
]
QUIET: Cases = [
    ("CRE-05", sample(1, "80"), (sample(2, "90"),)),
    ("CRE-05", sample(1, "80"), (sample(2, "80", laboratory=2),)),
    ("CRE-05", sample(1, "80", sample_at=None), (sample(2, "80", sample_at=None),)),
    (
        "CRE-05",
        sample(1, "80", sample_at=partial("2026-03-03")),
        (sample(2, "80", sample_at=partial("2026-03-03")),),
    ),
    ("CRE-06", sample(1, "80"), (sample(2, "80"),)),
    ("CRE-06", sample(1, "80"), (sample(2, "90", value=None),)),
    ("CRE-06", sample(1, "80", value=BELOW_80), (sample(2, "80", value=BELOW_80),)),
    *(("CRE-06", sample(1, "80"), (row,)) for row in APART),
    ("LAB-05", COUNTED, (panel("D0", platelets=HIGH),)),
    ("LAB-05", COUNTED, (panel("D0", potassium=quantity("4")),)),
    ("LAB-05", COUNTED, (panel("D0", platelets=LOW, laboratory=2),)),
    ("LAB-05", COUNTED, (panel("D0", platelets=LOW, sampled_at=DAY_0),)),
    ("LAB-05", panel(sampled_at=None), (panel("D0", sampled_at=None),)),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)


def used(*rows: FormData) -> tuple[list[str], list[str]]:
    """Rows that eligibility and endpoints use."""
    casebook = Casebook.of([*COURSE, *rows])
    record = record_of(casebook, DAY_0.date())
    assert record is not None
    screening = [one.id for one in evidence_of(casebook).samples]
    return screening, [one.id for one in record.creatinine]


@pytest.mark.parametrize("other", APART)
def test_no_rule_uses_contradictory_samples(other: FormData) -> None:
    third = sample(3, "100", sample_at=partial("2026-03-04T08:00"))

    assert used(sample(1, "80"), sample(2, "90"), third) == (["3"], ["3"])
    assert used(sample(1, "80"), other, third) == (["1", "2", "3"], ["1", "2", "3"])


def test_no_criterion_uses_contradictory_counts() -> None:
    def count(*panels: FormData) -> Decimal | None:
        return evidence_of(Casebook.of([*COURSE[:1], *panels])).platelets

    earlier = panel("D0", platelets=quantity("150"), sampled_at=DAY_0 - 2 * HOUR)

    assert count(COUNTED) == Decimal(200)
    assert count(COUNTED, panel("D0", platelets=LOW)) is None
    assert count(COUNTED, panel("D0", platelets=LOW), earlier) == Decimal(150)


def test_a_contradicted_baseline_is_none_and_the_sample_still_shows_life() -> None:
    frozen = data("RAN", randomised_at=DAY_0, baseline_sample=1, baseline_umol_l=80)
    both = Casebook.of([frozen, sample(1, "80"), sample(2, "90")])
    alone = Casebook.of([frozen, sample(1, "80")])

    assert (baseline_umol_l(alone), baseline_umol_l(both)) == (Decimal(80), None)
    assert last_known_alive(both) == partial(AT).earliest
