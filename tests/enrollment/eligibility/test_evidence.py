"""What the casebook holds, as the eligibility rules look at it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from enrollment.consent.facts.decisions import consent_answer
from enrollment.eligibility.facts.evidence import evidence_of, screening_data
from enrollment.eligibility.rules import (
    CriterionAnswer,
    Immunosuppressant,
    SteroidCourse,
)
from enrollment.screening.facts.participant_status import is_screening_over, status_of
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import MissingCode, Partial, Quantity
from trial_edc.dates import SITE_TZ

NOON = datetime(2026, 3, 8, 12, tzinfo=SITE_TZ)


def data(
    code: str, occurrence: int = 1, visit: str = "", form_id: int = 7, **values: Any
) -> FormData:
    return FormData(code, values, visit=visit, occurrence=occurrence, form_id=form_id)


def evidence(*form_data: FormData) -> Any:
    return evidence_of(Casebook.of(form_data))


def test_an_empty_binder_knows_nothing() -> None:
    nothing = evidence()

    assert nothing.consent_on is None
    assert nothing.steroids is None
    assert nothing.failed_organs is None
    assert set(nothing.answers.values()) == {None}


def test_a_sample_without_a_time_is_marked_so() -> None:
    value = Quantity(Decimal("1.5"), "mg/dL", Decimal("132.6"))
    timed = data("CRE", 1, sample_at=Partial("2026-03-08T08:30"), value=value)
    dated = data("CRE", 2, sample_at=Partial("2026-03-07"), value=value)
    empty = data("CRE", 3, sample_at=Partial("2026-03-07"))

    samples = evidence(timed, dated, empty).samples

    assert [(s.at.isoformat(), s.date_only) for s in samples] == [
        ("2026-03-08T08:30:00+08:00", False),
        ("2026-03-07T00:00:00+08:00", True),
    ]
    assert {(s.value, s.unit, s.id) for s in samples} == {
        (Decimal("1.5"), "mg/dL", "7")
    }


def test_a_weight_that_was_estimated_is_marked_so() -> None:
    weighed = data("VIT", visit="SCR", weight_kg=70, weight_source="estimated")

    assert (evidence(weighed).weight_kg, evidence(weighed).weight_estimated) == (
        70,
        True,
    )


@pytest.mark.parametrize(
    ("can_comply", "phone", "answer"),
    [
        ("Y", "Y", CriterionAnswer.YES),
        ("Y", "N", CriterionAnswer.NO),
        ("N", None, CriterionAnswer.NO),
        ("Y", None, None),
        (None, None, None),
    ],
)
def test_i4_needs_both_answers(
    can_comply: str | None, phone: str | None, answer: CriterionAnswer | None
) -> None:
    judged = data("ELG", i4_can_comply=can_comply, phone_confirmed=phone)

    assert evidence(judged).answers["I4"] == answer


@pytest.mark.parametrize(
    ("item", "value", "criterion", "answer"),
    [
        ("e1_causes", ["none"], "E1", CriterionAnswer.NO),
        ("e1_causes", ["tma", "purpura"], "E1", CriterionAnswer.YES),
        ("e1_causes", None, "E1", None),
        ("e19", "now", "E19", CriterionAnswer.YES),
        ("e19", "expected", "E19", CriterionAnswer.YES),
        ("e19", "no", "E19", CriterionAnswer.NO),
        ("e20", "within_30_d", "E20", CriterionAnswer.YES),
        ("e20", "registry_only", "E20", CriterionAnswer.NO),
        ("e5", "Y", "E5", CriterionAnswer.YES),
        ("e5", MissingCode.UNKNOWN, "E5", None),
    ],
)
def test_answers_are_read_by_criterion(
    item: str, value: Any, criterion: str, answer: CriterionAnswer | None
) -> None:
    assert evidence(data("ELG", **{item: value})).answers[criterion] == answer


def test_no_failing_organ_is_an_empty_set() -> None:
    assert evidence(data("ELG", nonrenal_failed_organs=["none"])).failed_organs == set()


def test_one_row_with_no_says_that_there_was_no_drug() -> None:
    none = evidence(data("IST", any_exposure="N"))

    assert (none.steroids, none.immunosuppressants) == ((), ())


def test_drugs_are_sorted_by_class() -> None:
    steroid = data(
        "IST",
        1,
        any_exposure="Y",
        drug_class="steroid",
        drug="prednisone",
        route="oral",
        mg_per_day=Decimal(20),
        start=Partial("2026-02"),
        ongoing="Y",
    )
    other = data(
        "IST",
        2,
        any_exposure="Y",
        drug_class="immunosuppressant",
        drug="other",
        drug_other="Tacrolimus",
        start=Partial("2025-06-01"),
        last_dose_change=MissingCode.UNKNOWN,
        switched=MissingCode.NOT_APPLICABLE,
        ongoing="N",
        stop=Partial("2026-01-15"),
    )

    drugs = evidence(steroid, other)

    assert drugs.steroids == (
        SteroidCourse("prednisone", Decimal(20), "2026-02", None, route="oral", id="7"),
    )
    assert drugs.immunosuppressants == (
        Immunosuppressant("Tacrolimus", ("2025-06-01", None), "2026-01-15", id="7"),
    )


def test_a_drug_without_class_may_be_either() -> None:
    unclear = evidence(data("IST", any_exposure="Y"))

    assert (len(unclear.steroids), len(unclear.immunosuppressants)) == (1, 1)
    assert unclear.immunosuppressants[0].changes == (None, None)


def test_the_count_is_the_latest_before_randomization() -> None:
    counts = [
        data(
            "LAB",
            n,
            sampled_at=NOON + timedelta(hours=n),
            platelets=Quantity(Decimal(n), "10^9/L", Decimal(n)),
        )
        for n in (30, 10, 20)
    ]
    randomized = data("RAN", randomised_at=NOON + timedelta(hours=20))

    assert evidence(*counts).platelets == 30
    assert evidence(*counts, randomized).platelets == 20


def test_answers_of_an_earlier_screening_are_not_those_of_the_present() -> None:
    first = [data("SCN", 1), data("ELG", 1, e5="N")]
    casebook = Casebook.of([*first, data("SCN", 2)])

    assert screening_data(casebook, "ELG") is None
    assert evidence_of(casebook).answers.get("E5") is None


def consent(occurrence: int, kind: str, decision: str, hours: int) -> FormData:
    at = NOON + timedelta(hours=hours)
    return data("CNS", occurrence, kind=kind, decision=decision, decided_at=at)


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([], None),
        ([consent(1, "initial", "given", 0)], CriterionAnswer.YES),
        ([consent(1, "initial", "refused", 0)], CriterionAnswer.NO),
        (
            [
                consent(1, "initial", "given", 0),
                consent(2, "capacity_regained", "refused", 5),
            ],
            CriterionAnswer.NO,
        ),
        (
            [consent(1, "initial", "given", 0), consent(2, "contact", "refused", 5)],
            CriterionAnswer.YES,
        ),
        (
            [consent(1, "initial", "refused", 0), consent(2, "initial", "given", 5)],
            CriterionAnswer.YES,
        ),
    ],
)
def test_i3_is_the_decision_that_stands(
    rows: list[FormData], answer: CriterionAnswer | None
) -> None:
    assert consent_answer(Casebook.of(rows)) == answer


def test_age_counts_from_the_site_date_of_the_initial_consent() -> None:
    late = datetime(2026, 3, 7, 23, 30, tzinfo=SITE_TZ)
    rows = [data("CNS", kind="initial", decision="given", decided_at=late)]

    assert evidence(*rows).consent_on == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("form_data", "over"),
    [
        ([data("SCN")], False),
        ([data("SCN", screening_closed_at=NOON)], True),
        ([data("SCN"), data("DTH", death_on=Partial("2026-03-08"))], True),
        ([data("SCN"), data("WDR", kind="everything")], True),
        ([data("SCN"), data("WDR", kind="infusion_only")], False),
        ([data("SCN", 1, screening_closed_at=NOON), data("SCN", 2)], False),
    ],
)
def test_screening_is_over_by_closing_death_or_withdrawal(
    form_data: list[FormData],
    over: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_screening_over(Casebook.of(form_data)) is over


GIVEN = consent(1, "initial", "given", 0)
RANDOMIZED = data("RAN", randomised_at=NOON)
INFUSED = data("INF", visit="D0", started_at=NOON)


@pytest.mark.parametrize(
    ("form_data", "confirmed", "status"),
    [
        ([data("SCN")], False, "approached"),
        ([data("SCN", approach_result="declined")], False, "screen_failed"),
        ([data("SCN"), GIVEN], False, "consented"),
        ([data("SCN"), GIVEN], True, "eligible"),
        ([data("SCN", screening_closed_at=NOON), GIVEN], True, "screen_failed"),
        ([GIVEN, RANDOMIZED], True, "randomised"),
        ([GIVEN, RANDOMIZED, INFUSED], True, "infused"),
        ([RANDOMIZED, data("WDR", kind="infusion_only")], True, "randomised"),
        ([RANDOMIZED, data("WDR", kind="everything")], True, "withdrawn"),
        ([RANDOMIZED, data("WDR", kind="visits_lookup_allowed")], True, "withdrawn"),
        ([INFUSED, data("DTH", death_on=Partial("2026-03"))], True, "died"),
        ([INFUSED, data("EOS", reason="completed")], True, "completed"),
        ([INFUSED, data("EOS", reason="lost")], True, "lost"),
        ([INFUSED, data("EOS", reason="other")], True, "infused"),
    ],
)
def test_status_is_the_latest_that_applies(
    form_data: list[FormData],
    confirmed: bool,  # noqa: FBT001 - a column of the table
    status: str,
) -> None:
    assert status_of(Casebook.of(form_data), is_confirmed=confirmed) == status
