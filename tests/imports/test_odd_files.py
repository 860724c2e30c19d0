"""Files as analysers, hospital systems and spreadsheets write them: read, or said."""

import html
import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from imports.rules.mapping import WordKind
from imports.rules.reading import UnreadableFile, read_table
from imports.selectors.mapping_words import words_in
from imports.services import storing, worker
from record.casebook.models import FormInstance
from tests.imports import stage

TABLE = (("subject", "result"), ((2, ("S-001R", "溶血")), (3, ("S-002W", "97"))))
PLAIN = "subject,result\nS-001R,溶血\nS-002W,97\n"


def table_in(content: bytes):
    table = read_table(content)
    return table.heading, table.rows


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GBK"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_each_encoding_gives_the_same_table(encoding, name):
    content = PLAIN.encode(encoding)

    assert table_in(content) == TABLE
    assert read_table(content).encoding == name


NO_TEXT = "This is no text. Save the table as CSV, in UTF-8 or GBK."


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-be"])
def test_no_text_holds_a_nul(encoding):
    """No database holds it; UTF-32 reads as UTF-16 with one behind each letter."""
    for content in (
        PLAIN.replace("97", "9\x007").encode(encoding),
        PLAIN.encode("utf-32"),
    ):
        with pytest.raises(UnreadableFile, match=NO_TEXT):
            read_table(content)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["sep=,", "SEP=,", '"sep=,"', "sep=, "])
def test_a_line_that_names_the_separator_is_no_heading(first, end):
    heading, rows = table_in(f"{first}\n{PLAIN}".replace("\n", end).encode())

    assert heading == TABLE[0]
    assert rows == tuple((line + 1, cells) for line, cells in TABLE[1])


def test_the_separator_that_is_named_goes_before_what_is_frequent():
    content = b"sep=;\na;b\n1,5;2,5\n"

    assert table_in(content) == (("a", "b"), ((3, ("1,5", "2,5")),))


@pytest.mark.parametrize(
    "titles",
    [
        "检验结果报告\n",
        "Laboratory report,\n",
        "Laboratory report\n\n2026-03-01 to 2026-03-08\n",
        "Report of ward 7, first floor\n",
    ],
)
def test_titles_above_the_heading_are_told_and_not_read(titles):
    body = "subject,test,taken,result\nS-001R,CREA,2026-03-08,97\n"

    table = read_table((titles + body).encode())

    assert table.heading == ("subject", "test", "taken", "result")
    above = titles.count("\n")
    assert table.rows == ((above + 2, ("S-001R", "CREA", "2026-03-08", "97")),)
    titles_read = [cell for _line, cells in table.titles for cell in cells if cell]
    assert titles_read == [cell.strip() for cell in re.split("[,\n]", titles) if cell]


def test_cells_behind_the_last_heading_that_are_empty_are_none():
    content = b"subject,result,,\nS-001R,97,,\nS-002W,98\nS-003A,99,,,\n"

    heading, rows = table_in(content)

    assert heading == ("subject", "result")
    assert [cells for _line, cells in rows] == [
        ("S-001R", "97"),
        ("S-002W", "98"),
        ("S-003A", "99"),
    ]


def test_a_cell_behind_the_last_heading_that_holds_something_stays():
    _heading, rows = table_in(b"subject,result,\nS-001R,97,5\n")

    assert rows == ((2, ("S-001R", "97", "5")),)


@pytest.mark.parametrize(
    "cell", ['="S-005M"', '"=""S-005M"""', ' ="S-005M" ', '="S-005M "']
)
def test_a_text_kept_by_a_spreadsheet_is_its_text(cell):
    content = f"subject,result\n{cell},97\n".encode()

    assert table_in(content)[1] == ((2, ("S-005M", "97")),)


NUMBER = "S-001R"
SPELLINGS = (
    "S-001R",
    "s-001r",
    "S001R",
    "S 001 R",
    "001R",
    "1R",
    "S-1R",
    "S-0001R",
    "S_001R",
    "S-001-R",
    "Ｓ－００１Ｒ",
    "S–001R",
    "\u200bS-001R",
    "S-001R.1",
    '="S-001R"',
)


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_of_a_participant_number_is_read(spelling):
    clerk, *others = stage.people()
    source, someone = stage.source(*others), stage.participant()
    content = stage.csv(stage.row(spelling, days=60, value="97"))

    file = stage.previewed(source, content, by=clerk)

    (line,) = file.lines.all()
    assert someone.number == NUMBER
    assert (line.participant, line.state) == (someone, "new"), line.findings


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("S-001X", "S-001X is not a participant number: check its letter."),
        ("S-002W", "No participant has the number S-002W."),
        ("Wang Wei", "The cell holds no participant number."),
        ("R-001R", "The cell holds no participant number."),
        ("", "The line names no participant."),
    ],
)
def test_a_line_of_nobody_says_why_and_is_read_before_the_others_are_stored(cell, why):
    clerk, *others = stage.people()
    source, someone = stage.source(*others), stage.participant()
    rows = (
        stage.row(someone, days=60, value="97"),
        stage.row(cell, days=59, value="98"),
    )
    file = stage.previewed(source, stage.csv(*rows), by=clerk)
    client = Client()
    client.force_login(clerk)
    address = reverse("imports:file", args=[file.pk])

    page = html.unescape(client.get(address).content.decode())
    unread = client.post(reverse("imports:confirm", args=[file.pk]), {})
    with pytest.raises(storing.UnassignedUnread):
        storing.confirm(file, None, by=clerk)
    read = client.post(
        reverse("imports:confirm", args=[file.pk]), {"unassigned_read": "on"}
    )

    assert "Rows that belong to nobody" in page
    assert why in page
    assert (unread.status_code, read.status_code) == (422, 302)
    storing.store_file(file.pk)
    assert FormInstance.objects.filter(participant=someone, code="CRE").count() == 1


@pytest.mark.django_db
def test_a_file_without_such_lines_asks_nothing():
    clerk, *others = stage.people()
    source, someone = stage.source(*others), stage.participant()
    content = stage.csv(stage.row(someone, days=60, value="97"))
    file = stage.previewed(source, content, by=clerk)

    storing.confirm(file, None, by=clerk)

    assert "belong to nobody" not in str(file.lines.values_list("findings"))


@pytest.mark.django_db
def test_the_mapping_page_tells_what_it_took_for_titles():
    clerk, *others = stage.people()
    source, someone = stage.source(*others), stage.participant()
    content = "检验报告\n".encode() + stage.csv(stage.row(someone, days=9, value="97"))
    file = stage.previewed(source, content, by=clerk)
    client = Client()
    client.force_login(clerk)

    page = client.get(reverse("imports:mapping", args=[file.pk])).content.decode()

    assert "“检验报告”" in page
    assert [line.state for line in file.lines.all()] == ["new"]


@pytest.mark.django_db
def test_a_stored_laboratory_file_that_is_gone_is_told(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clerk, *others = stage.people()
    source, someone = stage.source(*others), stage.participant()
    content = stage.csv(stage.row(someone, days=60, value="97"))
    file = stage.previewed(source, content, by=clerk)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.unlink()
    client = Client()
    client.force_login(clerk)

    answers = [
        client.get(reverse(f"imports:{name}", args=[file.pk]))
        for name in ("mapping", "original")
    ]
    storing.confirm(file, None, by=clerk)
    worker.store(file.pk)

    assert [answer.status_code for answer in answers] == [410, 410]
    file.refresh_from_db()
    assert file.problem == "The stored file is missing or damaged. Upload it again."


def test_each_word_of_a_long_list_of_analytes_is_offered_in_its_turn():
    tests = [f"test {n}" for n in range(250)]
    rows = [stage.row("S-001R", days=5, value="9", test=test) for test in tests]
    table, mapping, offered = read_table(stage.csv(*rows)), stage.MAPPING, []

    for count in (200, 250, 250):
        offered = words_in(table, mapping, WordKind.ANALYTE)
        assert len(offered) == count
        words = {**mapping.words, "analyte": dict.fromkeys(offered, "-")}
        mapping = replace(mapping, words=words)

    assert offered == tests


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "laboratory", "findings"),
    [
        ("97", "Ｃｅｎｔｒａｌ laboratory\u200b", []),
        ("97", "\u200b", []),
        ("\u200b", "central", ["There is no value."]),
        ("97", "Ward 7", ["“%(text)s” is not the laboratory of this source."]),
    ],
)
def test_a_cell_is_read_as_all_typed_text(value, laboratory, findings):
    clerk, manager, leader = stage.people()
    columns = {**stage.MAPPING.columns, "laboratory": "lab"}
    words = {**stage.MAPPING.words, "value": {"": "ND"}}
    mapping = replace(stage.MAPPING, columns=columns, words=words)
    source = stage.source(manager, leader, mapping=mapping)
    row = stage.row(stage.participant(), days=50, value=value)
    content = stage.csv(f"{row},{laboratory}", heading=f"{stage.HEADING},lab")

    file = stage.previewed(source, content, by=clerk)

    (line,) = file.lines.all()
    assert [finding["message"] for finding in line.findings] == findings
