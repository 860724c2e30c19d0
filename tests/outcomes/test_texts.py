"""Beside each endpoint stands the sentence that it follows from."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from outcomes.rules import (
    CreatinineSample,
    Endpoints,
    Interval,
    Record,
    RecordedEvent,
    Rrt,
)
from outcomes.texts import explanations
from record.audit.attribution import Source
from tests.outcomes import course
from tests.outcomes.records import SURVIVOR, at
from tests.people import STAGE, person
from trial_edc.dates import PartialDateText

DAY_28 = CreatinineSample(at("2023-03-29T08:00"), Decimal("110.4"))
RATIO = "110.4 µmol/L by the baseline of 80 µmol/L."
NEAREST = "Sample of 2023-03-29 08:00, the nearest to 2023-03-29 from 2023-03-26 to {}."
NO_SAMPLE = "No sample from 2023-03-26 to 2023-04-01."
NO_RRT = "No renal replacement is recorded from {} to {}."


def sentence(name: str, death: str = "", **changes: Any) -> str:
    record = replace(SURVIVOR, **changes)
    partial = PartialDateText.parse(death) if death else None
    return explanations(record, partial)[name].text


@pytest.mark.verifies("OUT-09")
@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("day0", {}, "The day of infusion 1."),
        ("day0", {"infusion_1_at": None}, "Never infused: the day of randomization."),
        ("d28_date", {}, "Day 0 and 28 days."),
        ("m3_date", {}, "The day of month 3 after day 0."),
        ("scr_d28", {"creatinine": [DAY_28]}, NEAREST.format("2023-04-01")),
        ("scr_d28", {"creatinine": []}, NO_SAMPLE),
        (
            "scr_d28",
            {"death_on": date(2023, 3, 10)},
            "Data end on 2023-03-10; samples count from 2023-03-26.",
        ),
        ("scr_d28_missing_reason", {"creatinine": [DAY_28]}, "There is a value."),
        (
            "scr_d28_missing_reason",
            {"creatinine": [replace(DAY_28, comparator="<")]},
            "Known as <110.4 µmol/L alone.",
        ),
        (
            "scr_d28_missing_reason",
            {"creatinine": [], "death_on": date(2023, 4, 1)},
            "Died on 2023-04-01, not after 2023-04-01.",
        ),
        (
            "scr_d28_missing_reason",
            {"creatinine": [], "withdrawn_on": date(2023, 3, 20)},
            "Withdrew from everything on 2023-03-20, not after 2023-04-01.",
        ),
        (
            "scr_d28_missing_reason",
            {"creatinine": [], "cutoff": date(2023, 3, 30)},
            "Data count up to 2023-03-30; samples count up to 2023-04-01.",
        ),
        (
            "scr_d28_missing_reason",
            {"creatinine": []},
            "Neither death nor withdrawal up to 2023-04-01 explains it.",
        ),
        ("scr_d28_on_rrt", {}, NO_RRT.format("2023-03-23", "2023-03-29")),
        ("scr_d28_on_rrt", {"creatinine": []}, NO_SAMPLE),
        (
            "scr_d28_on_rrt",
            {"rrt": [Rrt(date(2023, 3, 1), date(2023, 3, 23))]},
            (
                "Renal replacement from 2023-03-01 to 2023-03-23, within 2023-03-23 to "
                "2023-03-29."
            ),
        ),
        (
            "scr_d28_on_rrt",
            {"rrt": [Rrt(date(2023, 3, 1), is_transplant=True)]},
            "Kidney transplant on 2023-03-01.",
        ),
        ("scr_d28_ratio", {"creatinine": [DAY_28]}, RATIO),
        ("scr_d28_ratio", {"baseline_umol_l": None}, "There is no baseline."),
        (
            "scr_d28_ratio",
            {"creatinine": [replace(DAY_28, comparator=">")]},
            "Known as >110.4 µmol/L alone.",
        ),
        (
            "os28_status",
            {},
            "Last known alive on 2023-06-01, not before 2023-03-29.",
        ),
        (
            "os28_status",
            {"last_alive_on": None, "d28_visit_on": date(2023, 3, 27)},
            "Seen on 2023-03-27, inside the window of the visit.",
        ),
        (
            "os28_event",
            {"death_on": date(2023, 3, 29)},
            "Died on 2023-03-29, not after 2023-03-29.",
        ),
        (
            "os3m_status",
            {"cutoff": date(2023, 4, 20)},
            "Data count up to 2023-04-20; the window closes on 2023-06-15.",
        ),
        (
            "os3m_status",
            {
                "m3_visit_on": None,
                "last_alive_on": date(2023, 4, 1),
                "withdrawn_on": date(2023, 4, 2),
            },
            "Withdrew from everything on 2023-04-02; last known alive on 2023-04-01.",
        ),
        (
            "os3m_status",
            {"m3_visit_on": None, "last_alive_on": date(2023, 4, 1)},
            "Last known alive on 2023-04-01; the window closed on 2023-06-15.",
        ),
        (
            "os28_time",
            {},
            (
                "From day 0, 2023-03-01, to the last known day alive, 2023-06-01, at "
                "most to 2023-03-29."
            ),
        ),
        (
            "os28_time",
            {"death_on": date(2023, 3, 10)},
            "From day 0, 2023-03-01, to the death on 2023-03-10.",
        ),
        ("rrt_m3", {}, NO_RRT.format("2023-05-26", "2023-06-01")),
        ("rrt_m3", {"death_on": date(2023, 3, 10)}, "As survival at month 3."),
        ("ever_rrt_3m", {}, NO_RRT.format("2023-03-01", "2023-06-01")),
        (
            "ever_rrt_3m",
            {"rrt": [Rrt(date(2023, 5, 30))]},
            "Renal replacement since 2023-05-30, within 2023-03-01 to 2023-06-01.",
        ),
        (
            "scr_m3",
            {"death_on": date(2023, 3, 10)},
            "Only of who is known to be alive at month 3.",
        ),
        ("scr_m3", {"creatinine": []}, "No sample from 2023-05-18 to 2023-06-15."),
        (
            "recovery_m3",
            {},
            (
                "100 µmol/L; complete up to 120 µmol/L, 1.5 times the baseline of "
                "80 µmol/L."
            ),
        ),
        (
            "recovery_m3",
            {"rrt": [Rrt(date(2023, 5, 30))]},
            "Renal replacement since 2023-05-30, within 2023-05-26 to 2023-06-01.",
        ),
        (
            "recovery_m3",
            {"creatinine": []},
            "No creatinine in the window of month 3.",
        ),
        ("recovery_m3", {"baseline_umol_l": None}, "There is no baseline."),
        ("recovery_m3", {"death_on": date(2023, 3, 10)}, "As survival at month 3."),
        (
            "icu_days",
            {"icu": [Interval(at("2023-03-01T10:00"))], "death_on": date(2023, 3, 10)},
            "Stays in intensive care: 1, counted from 2023-03-01 to 2023-03-10.",
        ),
        (
            "teae_n",
            {"events": [RecordedEvent("2023-03-05", 2, serious=False)]},
            (
                "Recorded events that began, or may have begun, from infusion 1 on "
                "2023-03-01 to 2023-06-01: 1 of 1."
            ),
        ),
        (
            "teae_any",
            {"infusion_1_at": None},
            "Never infused: no event can follow the infusion.",
        ),
    ],
)
def test_it_names_what_decided(name, changes, expected):
    assert sentence(name, **changes) == expected


@pytest.mark.verifies("OUT-09")
def test_a_death_known_in_part_is_named_with_both_ends():
    unseen = {"d28_visit_on": None, "m3_visit_on": None, "last_alive_on": None}

    decided = sentence("os3m_status", "2023-03", **unseen)
    undecided = sentence("os28_status", "2023-03", **unseen)

    assert decided == "Died on 2023-03-01 – 2023-03-31, not after 2023-06-01."
    assert undecided == (
        "Death between 2023-03-01 and 2023-03-31: these days give different results."
    )


RECORDS = [
    SURVIVOR,
    replace(SURVIVOR, infusion_1_at=None),
    replace(SURVIVOR, creatinine=(), last_alive_on=None, d28_visit_on=None),
    replace(SURVIVOR, death_on=date(2023, 3, 5)),
    replace(SURVIVOR, cutoff=date(2023, 3, 2)),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("record", RECORDS)
def test_each_endpoint_has_a_sentence_in_both_languages(record: Record, language: str):
    sentences = explanations(record, None)

    with override(language):
        texts = [one.text for one in sentences.values()]

    assert set(sentences) == {field.name for field in fields(Endpoints)}
    assert all(texts)
    assert not any("%(" in text for text in texts)


@pytest.mark.django_db
def test_the_form_shows_it_and_follows_a_correction():
    someone = course.randomized(infused=40)
    sample = course.row(
        someone, "CRE", {"sample_at": course.days_ago(12), "value": 120}
    )
    form = course.enter(someone, "O28", {"vital_status": "alive"}, "D28")
    client = Client()
    client.force_login(person("IN"))

    def page():
        return client.get(reverse("entry:form", args=[form.pk])).content.decode()

    before = page()
    course.save(sample, {"value": 100}, by=STAGE, via=Source.COMMAND)

    assert "120 µmol/L by the baseline of 80 µmol/L." in before
    assert "100 µmol/L by the baseline of 80 µmol/L." in page()


@pytest.mark.django_db
def test_days_are_words_of_the_language_of_the_reader():
    form = course.enter(course.randomized(infused=40), "O28", {}, "D28")
    reader = person("IN")
    client = Client()
    client.force_login(reader)
    url = reverse("entry:form", args=[form.pk])

    pages = []
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        pages.append(client.get(url).content.decode().partition("derived")[2])

    assert ["days" in page for page in pages] == [True, False]
