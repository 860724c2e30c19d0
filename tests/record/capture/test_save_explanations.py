"""What is improbable is kept with an explanation, and becomes a query."""

import pytest

from record.audit.attribution import Process, Source
from record.capture.problems import (
    ExplanationNeeded,
    SaveRefused,
)
from record.capture.services.forms import save
from record.review.models import Query
from tests.record.capture.saving import WHY, complete, state
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("QRY-01", "AUD-12")
def test_the_improbable_is_kept_with_an_explanation():
    form = sample()
    with pytest.raises(ExplanationNeeded) as needed:
        save(form, A_SAMPLE | {"weight_kg": "130"}, by=person(), complete=True)
    assert [f.check_id for f in needed.value.findings] == ["ZZA.weight_kg.soft"]

    save(
        form,
        A_SAMPLE | {"weight_kg": "130"},
        by=person(),
        complete=True,
        explanations={"ZZA.weight_kg.soft": "obese"},
    )

    (query,) = form.queries.all()
    assert state(form) == [
        (("weight_kg", "ZZA.weight_kg.soft"), "answered", ["raised", "answered"])
    ]
    assert [(step.text, step.by) for step in query.steps.all()] == [
        ("130 is unusual (expected 40 to 120 kg).", None),
        ("obese", person()),
    ]


def test_a_draft_asks_for_no_explanation_and_raises_no_query():
    form = save(sample(), {"weight_kg": "130"}, by=person()).form

    assert state(form) == []


@pytest.mark.parametrize("via", [Source.IMPORT, Source.TASK])
def test_another_way_in_raises_an_open_query(via):
    form = save(
        sample(),
        A_SAMPLE | {"weight_kg": "130"},
        by=Process("laboratory"),
        via=via,
        complete=True,
    ).form

    assert [row[1:] for row in state(form)] == [("open", ["raised"])]


@pytest.mark.verifies("QRY-05")
def test_a_corrected_value_closes_its_query_and_a_wrong_one_reopens_it():
    form = complete(place="icu")
    why = {"weight_kg": WHY}
    explain = {"ZZA-01": "measured twice"}

    save(form, {"weight_kg": "95"}, by=person(), explanations=explain)
    save(form, {"weight_kg": "80"}, by=person(), reasons=why)
    with pytest.raises(ExplanationNeeded):
        save(form, {"weight_kg": "96"}, by=person(), reasons=why)
    save(form, {"weight_kg": "96"}, by=person(), reasons=why, explanations=explain)
    save(form, {"weight_kg": "97"}, by=Process("lab"), via=Source.IMPORT, reasons=why)

    assert state(form) == [
        (
            ("weight_kg", "ZZA-01"),
            "open",
            ["raised", "answered", "closed", "reopened", "answered", "reopened"],
        )
    ]


def test_an_accepted_value_is_not_asked_about_again_until_it_changes():
    from record.review import services as review

    form = complete(place="icu", seen_on="2026-01-01")
    explain, why = {"ZZA-01": "measured twice"}, {"weight_kg": WHY}
    save(form, {"weight_kg": "95"}, by=person(), explanations=explain)
    review.close_query(Query.objects.get(), "accepted", by=person("MO"))

    save(form, {"seen_on": "2026-01-02"}, by=person(), reasons={"seen_on": WHY})
    assert state(form)[0][1] == "closed"

    with pytest.raises(ExplanationNeeded):
        save(form, {"weight_kg": "99"}, by=person(), reasons=why)
    save(form, {"weight_kg": "80"}, by=person(), reasons=why)
    save(form, {"weight_kg": "99"}, by=person(), reasons=why, explanations=explain)
    assert state(form)[0][1:] == (
        "answered",
        ["raised", "answered", "closed", "closed", "reopened", "answered"],
    )


def test_an_explanation_too_long_to_keep_is_refused():
    with pytest.raises(SaveRefused):
        save(
            sample(),
            A_SAMPLE | {"weight_kg": "130"},
            by=person(),
            complete=True,
            explanations={"ZZA.weight_kg.soft": "x" * 1001},
        )
