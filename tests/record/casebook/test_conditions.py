"""Skip logic: Python and the script of the pages answer the same vectors alike."""

import base64
import json
from pathlib import Path

import pytest
from django.conf import settings

from record.casebook.conditions import Answer, Answered, AtVisit, Fact
from record.casebook.form_data import FACTS, Casebook, FormData
from tests.record.casebook.skip_logic import (
    NOBODY,
    VECTORS,
    Case,
    cases_of_real_forms,
    condition_of,
    value_of,
)

SCRIPT = Path(settings.BASE_DIR) / "static" / "js" / "entry" / "skip_logic.js"
ASK = """async ({ url, cases }) => {
  const { holds, withoutBlanks } = await import(url);
  const texts = (answer) => [answer].flat().filter((one) => typeof one === "string");
  return cases.map(([condition, answers]) =>
    holds(condition, (item) => withoutBlanks(texts(answers[item]))));
}"""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_condition_holds_as_its_vector_says(vector):
    condition = condition_of(vector["condition"])
    values = {item: value_of(answer) for item, answer in vector["answers"].items()}

    assert condition.holds(FormData("ZZA", values), NOBODY) is vector["holds"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_page_gets_the_condition_of_the_vector(vector):
    condition = condition_of(vector["condition"])

    assert json.loads(json.dumps(condition.as_json())) == vector["condition"]


@pytest.mark.parametrize(("visit", "holds"), [("D0", True), ("D7", False), ("", False)])
def test_condition_of_a_visit(visit, holds):
    condition = AtVisit("SCR", "D0")

    assert condition.holds(FormData("ZZA", {}, visit), NOBODY) is holds


@pytest.mark.parametrize(
    ("condition", "known", "holds"),
    [
        (Fact("known"), True, True),
        (Fact("known"), False, False),
        (Fact("known"), None, False),
        (Fact("known", "F", "M"), "F", True),
        (Fact("known", "F"), "M", False),
    ],
)
def test_condition_of_a_fact(monkeypatch, condition, known, holds):
    monkeypatch.setitem(FACTS, "known", lambda _casebook: known)

    assert condition.holds(FormData("ZZA", {}), Casebook.of([])) is holds


@pytest.mark.parametrize(
    "condition",
    [
        AtVisit("D0"),
        Fact("known"),
        ~Fact("known"),
        AtVisit("D0") & Answer("sex", "F"),
        Answered("note") | Fact("known"),
    ],
)
def test_what_the_server_alone_can_ask_is_not_sent_to_a_page(condition):
    assert condition.as_json() is None


def answers_of_script(page, cases: list[Case]) -> list[bool]:
    source = base64.b64encode(SCRIPT.read_bytes()).decode()
    questions = [[case.condition, case.answers] for case in cases]
    url = f"data:text/javascript;base64,{source}"
    answers: list[bool] = page.evaluate(ASK, {"url": url, "cases": questions})
    return answers


@pytest.mark.journey
def test_script_answers_the_vectors_alike(page):
    cases = [Case(**vector) for vector in VECTORS]

    answers = answers_of_script(page, cases)

    assert dict(zip((case.name for case in cases), answers, strict=True)) == {
        case.name: case.holds for case in cases
    }


@pytest.mark.journey
def test_script_answers_the_conditions_of_every_form_alike(page):
    cases = list(cases_of_real_forms())

    answers = answers_of_script(page, cases)

    assert len({case.name for case in cases}) > 50
    assert {case.holds for case in cases} == {True, False}
    assert [
        case
        for case, answer in zip(cases, answers, strict=True)
        if answer != case.holds
    ] == []
