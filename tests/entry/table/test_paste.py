"""Rows pasted from a spreadsheet: how they are read, previewed and stored."""

import pytest
from django.urls import reverse

from entry.table.forms.columns import columns_of
from entry.table.forms.paste import UnreadablePaste, read_pasted
from entry.table.selectors.stored_rows import stored_rows_of
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from tests.entry.table.posted import DAY
from tests.entry.test_statement_counts import counted, signed_in
from tests.people import STAGE, person
from visits.models import Laboratory

pytestmark = pytest.mark.django_db
SLASHED = f"{DAY.year}/{DAY.month}/{DAY.day}"


@pytest.fixture
def fill() -> dict[str, str]:
    with attributed(by=STAGE, via=Source.COMMAND):
        place = Laboratory.objects.create(code="C", name="Central laboratory")
    answers = {"place": "icu", "laboratory": str(place.pk), "routine_care": "Y"}
    return {f"fill-{name}": text for name, text in answers.items()}


def paste(client, someone, text, code="CRE", **more):
    url = reverse("entry:paste_rows", args=[someone.number, code])
    return client.post(url, {"text": text, **more})


def confirm(client, someone, page, code="CRE", **corrected):
    typed = {"only_typed": "1"}
    for key, row in page.typed.items():
        typed |= {f"{key}-{name}": row.getlist(name) for name in row}
    url = reverse("entry:log", args=[someone.number, code])
    return client.post(url, typed | corrected)


def stored(someone, code="CRE"):
    forms = FormInstance.objects.filter(participant=someone, code=code)
    result = []
    for form in forms.order_by("occurrence"):
        data = data_of(form, row_of(form))
        result.append((str(data.get("sample_at")), str(data.get("value"))))
    return result


def lines(answer):
    return {
        state.value: numbers
        for state, numbers in answer.context["preview"].lines.items()
    }


def understood(someone, text, code="CRE", chosen_items=None):
    rows = stored_rows_of(someone, code)
    columns = columns_of(person("CO", username="reads"), rows.design, rows.casebook)
    return read_pasted(text, columns, chosen_items)


# Reading.


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("Sample taken at\tCreatinine\n2026/3/8 8:30\t118", ["sample_at", "value"]),
        ("采样时间\t肌酐 (mg/dL)\n2026/3/8 8:30\t1.3", ["sample_at", "value"]),
        ("2026/3/8 8:30\t118", ["sample_at", "value"]),
        ("118\t2026/3/8 8:30", ["value", "sample_at"]),
        ("2026/3/8 8:30,118,mg/dL", ["sample_at", "value", "value__unit"]),
        ("2026/3/8 8:30;118;ICU", ["sample_at", "value", "place"]),
        (
            "Creatinine\tunit\tSample taken at\n1.3\tmg/dL\t2026/3/8 8:30",
            ["value", "value__unit", "sample_at"],
        ),
        (
            "remarks\tCreatinine\tSample taken at\n–\t1\t2026/3/8",
            ["", "value", "sample_at"],
        ),
    ],
)
def test_columns_are_known_by_heading_or_by_what_they_hold(someone, text, mapping):
    assert understood(someone, text).mapping == mapping


def test_a_unit_in_the_heading_counts_for_its_column(someone):
    (line,) = understood(someone, "采样时间\t肌酐（mg/dL）\n2026/3/8 8:30\t1.3").lines

    assert (line.number, line.texts, line.units) == (
        2,
        {"sample_at": "2026/3/8 8:30", "value": "1.3"},
        {"value": "mg/dL"},
    )


def test_a_person_says_which_item_a_column_is(someone):
    result = understood(someone, "2026/3/8 8:30\t118", chosen_items=["", "value"])

    assert [line.texts for line in result.lines] == [{"value": "118"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  \n", "Paste the cells of a spreadsheet first."),
        ("words only", "No column could be read. Say below which item each one is."),
        ("1\n" * 502, "At most %(most)s lines at once. Paste them in parts."),
    ],
)
def test_what_is_no_table_is_refused(someone, text, message):
    with pytest.raises(UnreadablePaste) as refused:
        understood(someone, text)

    assert refused.value.message == message


# Preview, and storing once confirmed.


@pytest.mark.verifies("QRY-08")
def test_new_changed_identical_and_refused_lines_are_told_and_nothing_is_stored(
    someone, client, fill
):
    first = paste(client, someone, f"{SLASHED} 6:00\t80\n{SLASHED} 7:00\t90", **fill)
    assert confirm(client, someone, first.context["page"]).status_code == 302
    text = "\n".join(
        [
            f"{SLASHED} 6:00\t80",  # as it is stored
            f"{SLASHED} 7:00\t95",  # another value of the same sample
            f"{SLASHED} 8:00\t1.33 mg/dL",
            "8 March\t100",
            f"{SLASHED} 9:00\t1,5",
            f"{SLASHED} 10:00\t110",
            f"{SLASHED} 10:00\t111",
            f"{SLASHED} 8:00\t1.33 mg/dL",  # twice in the paste
            f"{SLASHED} 11:00\t5000",
        ]
    )

    answer = paste(client, someone, text, **fill)

    page = answer.context["page"]
    assert lines(answer) == {
        "new": [3],
        "changed": [2],
        "unchanged": [1, 8],
        "refused": [4, 5, 6, 7, 9],
    }
    assert len(stored(someone)) == 2
    messages = [f"{line.label}: {line.text}" for line in page.error_lines]
    assert messages == [
        "row 2 · Creatinine: Choose why it changes, and say it in your words.",
        (
            "line 4 · Sample taken at: “8 March” is not a date. Enter what is known: "
            "2026, 2026-03, 2026-03-08, 2026-03-08 14:30."
        ),
        (
            "line 5 · Creatinine: “1,5” has a comma. Write decimals with a point, "
            "thousands without."
        ),
        "line 6: Says otherwise than line 7 about the same sample or row.",
        "line 7: Says otherwise than line 6 about the same sample or row.",
        "line 9 · Creatinine: 5000 is impossible here (10 to 3000 umol/L).",
    ]


def test_the_preview_is_corrected_and_stored_as_by_hand(someone, client, fill):
    bad = f"Sample taken at\tCreatinine\n{SLASHED} 6:00\t80\n8 March\t90"
    page = paste(client, someone, bad, **fill).context["page"]

    refused = confirm(client, someone, page)
    again = refused.context["page"]
    assert (refused.status_code, stored(someone)) == (422, [])
    assert [row.key for row in again.rows] == ["n2", "n3"]

    answer = confirm(client, someone, again, **{"n3-sample_at": f"{SLASHED} 7:00"})

    assert answer.status_code == 302
    assert stored(someone) == [
        (f"{DAY}T06:00", "80 umol/L"),
        (f"{DAY}T07:00", "90 umol/L"),
    ]
    statuses = FormInstance.objects.filter(code="CRE").values_list("status", flat=True)
    assert set(statuses) == {"complete"}


def test_a_changed_row_keeps_what_the_paste_does_not_tell(someone, client, fill):
    page = paste(client, someone, f"{SLASHED} 6:00\t80", **fill).context["page"]
    confirm(client, someone, page)

    other = fill | {"fill-place": "ward"}
    page = paste(client, someone, f"{SLASHED} 6:00\t85", **other).context["page"]
    (row,) = page.rows
    why = {
        f"{row.key}-value__reason": "new_source",
        f"{row.key}-value__reason_text": "corrected report",
    }
    assert confirm(client, someone, page, **why).status_code == 302

    (form,) = FormInstance.objects.filter(participant=someone, code="CRE")
    data = data_of(form, row_of(form))
    assert (str(data.get("value")), data.get("place")) == ("85 umol/L", "icu")


def test_needed_answers_are_asked_for_in_the_preview(someone, client):
    page = paste(client, someone, f"{SLASHED} 6:00\t80").context["page"]

    (row,) = page.rows
    assert sorted(row.prompts.by_cell) == ["laboratory", "place"]


def test_a_line_is_left_out(someone, client, fill):
    text = f"Sample taken at\tCreatinine\n{SLASHED} 6:00\t80\nnever\t90"
    page = paste(client, someone, text, **fill).context["page"]

    answer = confirm(client, someone, page, **{"n3-leave_out": "yes"})

    assert (answer.status_code, len(stored(someone))) == (302, 1)


def test_what_cannot_be_read_stays_in_the_box(someone, client):
    answer = paste(client, someone, "words only")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "words only</textarea>" in text
    assert "No column could be read." in text


def test_a_reader_cannot_paste(someone):
    assert paste(signed_in("MO"), someone, "2026/3/8 8:30\t118").status_code == 403


def test_vital_signs_and_adverse_events_are_not_pasted(someone, client):
    for code in ("VIT", "AE"):
        assert paste(client, someone, "1", code=code).status_code == 404


def test_a_panel_is_pasted_at_a_visit(someone, client):
    text = f"Sampled at\tPlatelets\tHaemoglobin\n{SLASHED} 6:00\t1.5 ×10^9/L\t90 g/L"

    answer = paste(client, someone, text, code="LAB", visit="SCR")

    (row,) = answer.context["page"].rows
    assert row.form is not None  # the form that hangs at the visit is filled
    assert row.form.visit == "SCR"


def test_a_long_paste_is_planned_in_as_many_statements_as_a_short_one(
    someone, client, fill
):
    with counted() as short:
        paste(client, someone, f"{SLASHED} 6:00\t80", **fill)
    long_text = "\n".join(f"{SLASHED} 6:{n:02}\t{80 + n}" for n in range(50))
    with counted() as long:
        answer = paste(client, someone, long_text, **fill)

    assert lines(answer)["new"] == list(range(1, 51))
    assert len(short) == len(long), long
    assert long.writes == []


def test_a_wide_table_takes_fewer_lines_at_once(someone):
    with pytest.raises(UnreadablePaste) as refused:
        understood(someone, "2026/3/8 8:30\t118\n" * 200, code="LAB")

    assert refused.value.details == {"most": 145}
