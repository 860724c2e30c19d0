"""Forms on paper: blank ones for an outage, annotated ones for the data standard."""

import io
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from exports.selectors.blank_forms import blank_form, printable_designs
from record.casebook import catalogue
from tests.people import person

pytestmark = pytest.mark.django_db


def lines_of(code: str, role: str = "CO") -> dict[str, dict[str, object]]:
    form = blank_form(catalogue.design(code), person(role))
    return {
        line["name"]: line for section in form["sections"] for line in section["items"]
    }


@pytest.mark.verifies("BAK-05")
def test_an_item_is_printed_as_it_is_declared() -> None:
    lines = lines_of("VIT")

    weight, at = lines["weight_kg"], lines["measured_at"]
    assert (weight["units"], weight["codes"], weight["sdtm"]) == (
        ["kg"],
        ["ND", "UNK", "NA", "REF"],
        "VS.VSORRES:WEIGHT",
    )
    assert (at["pattern"], at["cdash"]) == ("____-__-__  __:__", "VSDAT")


@pytest.mark.verifies("BAK-05", "RND-05")
@pytest.mark.parametrize(
    ("role", "shown"), [("CO", {"CTC"}), ("MO", set()), ("UP", {"PRD", "DVP"})]
)
def test_each_reader_prints_the_forms_of_their_own(role: str, shown: set[str]) -> None:
    codes = {design.code for design in printable_designs(person(role))}

    assert codes & {"CTC", "PRD", "DVP", "RAN"} == shown


@pytest.mark.pdf
@pytest.mark.verifies("BAK-05")
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Participant number", "Adverse event")), ("zh-hans", ("不良事件",))],
)
def test_all_forms_are_one_pdf_in_either_language(
    client: Client, language: str, words: tuple[str, ...]
) -> None:
    client.force_login(person("CO"))

    texts = {
        kind: "\n".join(
            page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages
        )
        for kind in ("blank", "annotated")
        for answer in [
            client.get(reverse("exports:blank_form_pdf", args=[kind, language, "all"]))
        ]
    }

    assert [word for word in words for text in texts.values() if word not in text] == []
    assert {kind: "AE.AETERM" in text for kind, text in texts.items()} == {
        "blank": False,
        "annotated": True,
    }


@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize("place", ["blank/en/PRD", "blank/fr/AE", "x/en/AE"])
def test_a_form_that_is_not_theirs_is_not_there(client: Client, place: str) -> None:
    client.force_login(person("CO"))

    answers = {
        code: client.get(f"/exports/forms/{code}.pdf").status_code
        for code in (place, "blank/en/NIX")
    }

    assert answers == dict.fromkeys(answers, HTTPStatus.NOT_FOUND)


def test_the_page_offers_each_form_alone(client: Client) -> None:
    client.force_login(person("BN"))

    page = client.get(reverse("exports:blank_forms")).content.decode()

    assert 'href="/exports/forms/blank/zh-hans/AE.pdf"' in page
