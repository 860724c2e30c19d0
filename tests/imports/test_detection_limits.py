"""Limits of detection, flags and words in a laboratory's file."""

import pytest

from imports.rules.mapping import FileMapping, WordKind
from imports.rules.reading import read_table
from imports.selectors.mapping_words import words_in
from imports.services import files as receiving
from imports.services import storing
from imports.services.previews import preview
from record.audit.attribution import Reason
from record.casebook.selectors import casebook_of
from tests.imports import stage

pytestmark = pytest.mark.django_db


def stored(value: str) -> list[str]:
    clerk, manager, leader = stage.people()
    someone, source = stage.participant(), stage.source(manager, leader)
    content = stage.csv(stage.row(someone, days=50, value=value))
    file = stage.previewed(source, content, by=clerk)
    storing.confirm(file, Reason("other", "first file"), by=clerk)
    storing.store_file(file.pk)
    return [str(row.get("value")) for row in casebook_of(someone).rows("CRE")]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("<18", "<18 umol/L"),
        ("＞2000", ">2000 umol/L"),
        ("< 18.5", "<18.5 umol/L"),
        ("133↑", "133 umol/L"),
        ("133 H", "133 umol/L"),
        ("133*", "133 umol/L"),
        ("H133", "133 umol/L"),
        ("133（高）", "133 umol/L"),
        ("小于18", "<18 umol/L"),
    ],
)
def test_a_limit_is_kept_and_a_flag_is_left(value: str, kept: str) -> None:
    assert stored(value) == [kept]


def test_only_a_text_without_a_number_is_offered_for_not_done() -> None:
    results = (
        "118",
        "<18",
        "133↑",
        "133 H",
        "1+",
        "１２",
        "2＋",
        "溶血",
        "未测",
        "lost",
    )
    rows = [stage.row("S-001R", days=5, value=value) for value in results]

    words = words_in(read_table(stage.csv(*rows)), stage.MAPPING, WordKind.VALUE)

    assert words == ["溶血", "未测", "lost"]


def test_a_number_that_a_mapping_calls_not_done_is_read_as_a_number() -> None:
    words = {**stage.MAPPING.words, "value": {"133": "ND"}}
    mapping = FileMapping(stage.MAPPING.columns, "ymd", words, stage.MAPPING.answers)
    clerk, manager, leader = stage.people()
    someone, source = (
        stage.participant(),
        stage.source(manager, leader, mapping=mapping),
    )
    content = stage.csv(stage.row(someone, days=50, value="133"))

    file = receiving.upload(*source, name="july.csv", content=content, by=clerk)
    receiving.map_columns(file, mapping, by=clerk)

    preview(file.pk)
    assert [line.new for line in file.lines.all()] == ["133 umol/L"]
