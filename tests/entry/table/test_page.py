"""Logs as tables: their cells, one save for all rows, prompts and messages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entry.table.page.table import TablePage, TableRow
from record.audit.attribution import Reason, Source
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.values import MissingCode
from record.review.services import freeze
from tests.conftest import PINNED_AT
from tests.entry.test_statement_counts import counted, signed_in
from tests.people import person
from tests.visits import stage
from trial_edc.dates import site_date
from visits.models import Laboratory

pytestmark = pytest.mark.django_db
DAY = site_date(PINNED_AT) - timedelta(days=2)
FORBIDDEN = 403
WHY = {"reason": "transcription", "reason_text": "misread"}


def address(someone: Participant, code: str = "URI") -> str:
    return reverse("entry:log", args=[someone.number, code])


def collection(hour: int, **other: object) -> dict[str, object]:
    times = {"start_at": f"{DAY} {hour:02}:00", "end_at": f"{DAY} {hour + 1:02}:00"}
    return {**times, "volume_ml": "60", "catheter": "Y", **other}


def put(key: str, values: Mapping[str, object], **more: object) -> dict[str, Any]:
    return {f"{key}-{name}": value for name, value in {**values, **more}.items()}


def new(number: int, hour: int, **other: object) -> dict[str, Any]:
    return put(f"n{number}", collection(hour, **other), complete="yes")


def stored_row(form: FormInstance, **changes: object) -> dict[str, Any]:
    """A row of the record as the page posts it, with changes."""
    form.refresh_from_db()
    return put(f"r{form.pk}", {"based_on": form.revision, **changes})


def stored_rows(someone: Participant, code: str = "URI") -> list[tuple[object, ...]]:
    """Occurrence, status, volume and whether it is struck out, of each row."""
    forms = FormInstance.objects.filter(participant=someone, code=code)
    return [
        (f.occurrence, f.status, value(f, "volume_ml"), f.struck_at is not None)
        for f in forms.order_by("occurrence")
    ]


def value(form: FormInstance, item: str) -> object:
    value = data_of(form, row_of(form)).values[item]
    return value if value is None or isinstance(value, MissingCode) else str(value)


def rows_of(someone: Participant, code: str = "URI") -> list[FormInstance]:
    return list(
        FormInstance.objects.filter(participant=someone, code=code).order_by("pk")
    )


@pytest.fixture
def someone() -> Participant:
    return stage.participant()


@pytest.fixture
def client() -> Client:
    return signed_in()


def three(someone: Participant, client: Client) -> list[FormInstance]:
    """Three complete collections, entered through the page."""
    answer = client.post(address(someone), new(1, 1) | new(2, 2) | new(3, 3))
    assert answer.status_code == 302, answer.content.decode()
    return rows_of(someone)


def test_rows_are_added_changed_and_struck_out_in_one_save(someone, client):
    first, second, third = three(someone, client)

    changed = stored_row(first, volume_ml="70", volume_ml__reason="transcription")
    changed |= put(f"r{first.pk}", {"volume_ml__reason_text": "misread"})
    struck = {"strike": "yes", "strike_code": "entered_twice", "strike_text": "twice"}
    answer = client.post(
        address(someone),
        changed | stored_row(second, **struck) | new(1, 5),
        follow=True,
    )

    assert stored_rows(someone) == [
        (1, "complete", "70", False),
        (2, "complete", "60", True),
        (3, "complete", "60", False),
        (4, "complete", "60", False),
    ]
    third.refresh_from_db()
    assert third.revision == 1
    message = "Saved: 1 row added, 1 row changed, 1 row struck out."
    assert message in answer.content.decode()


def test_one_bad_row_keeps_all_of_them_from_being_stored(someone, client):
    first, *_others = three(someone, client)
    changed = stored_row(first, volume_ml="70", volume_ml__reason="transcription")
    changed |= put(f"r{first.pk}", {"volume_ml__reason_text": "misread"})

    answer = client.post(
        address(someone), changed | new(1, 5, volume_ml="1,5") | new(2, 7)
    )

    page = answer.context["page"]
    text = answer.content.decode()
    assert (answer.status_code, len(stored_rows(someone))) == (422, 3)
    assert stored_rows(someone)[0] == (1, "complete", "60", False)
    assert [(line.label, line.anchor) for line in page.error_lines] == [
        ("row new 1 · Volume", "x-n1-volume_ml")
    ]
    for typed in ('value="1,5"', 'value="70"', f'value="{DAY} 07:00"', "misread"):
        assert typed in text
    assert 'data-was="60"' in text  # Esc gives it back


def test_a_table_posted_whole_stores_only_what_changed(someone, client):
    forms = three(someone, client)
    whole: dict[str, Any] = {}
    for hour, form in enumerate(forms, 1):
        whole |= stored_row(form, **collection(hour))
    last = forms[-1]
    whole |= stored_row(last, volume_ml="80", volume_ml__reason="transcription")
    whole |= put(f"r{last.pk}", {"volume_ml__reason_text": "misread"})

    with counted() as statements:
        answer = client.post(address(someone), whole)

    assert answer.status_code == 302
    assert [row[2] for row in stored_rows(someone)] == ["60", "60", "80"]
    assert [f.revision for f in rows_of(someone)] == [1, 1, 2]
    assert len(statements) < 45, len(statements)


def test_nothing_changed_is_told_and_nothing_is_stored(someone, client):
    forms = three(someone, client)

    answer = client.post(
        address(someone), stored_row(forms[0], **collection(1)), follow=True
    )

    assert "Nothing was changed, so nothing was saved." in answer.content.decode()
    assert [f.revision for f in rows_of(someone)] == [1, 1, 1]


def test_reasons_are_asked_for_each_value_that_changes(someone, client):
    first, *_others = three(someone, client)

    refused = client.post(
        address(someone), stored_row(first, volume_ml="70", catheter="N")
    ).context["page"]

    row = refused.rows[0]
    assert [prompt.name for prompt in row.prompts.reasons] == ["volume_ml", "catheter"]
    assert stored_rows(someone)[0][2] == "60"


def test_an_unusual_value_is_stored_with_its_explanation(someone, client):
    refused = client.post(address(someone), new(1, 1, volume_ml="2500"))

    (row,) = refused.context["page"].rows
    (question,) = row.prompts.explanations
    assert (refused.status_code, question.code) == (422, "URI.volume_ml.soft")

    explained = {"n1-explain:URI.volume_ml.soft": "After a diuretic"}
    answer = client.post(address(someone), new(1, 1, volume_ml="2500") | explained)

    (form,) = rows_of(someone)
    assert (answer.status_code, form.queries.get().state) == (302, "answered")


def test_two_people_at_one_cell_choose_and_other_cells_are_merged(someone, client):
    first, *_others = three(someone, client)
    own_changes = stored_row(first, volume_ml="70", volume_ml__reason="transcription")
    own_changes |= put(f"r{first.pk}", {"volume_ml__reason_text": "misread"})
    reasons = {name: Reason("transcription", "seen") for name in ("volume_ml",)}
    stage.save(
        first,
        {"volume_ml": "90"},
        by=person("IN"),
        via=Source.PAGE,
        reasons=reasons,
    )

    refused = client.post(address(someone), own_changes)

    row = refused.context["page"].rows[0]
    assert refused.status_code == 409
    assert [(prompt.name, prompt.text) for prompt in row.prompts.clashes] == [
        ("volume_ml", "90 mL")
    ]
    assert 'value="70"' in refused.content.decode()

    again = own_changes | put(
        f"r{first.pk}", {"based_on": row.based_on, "volume_ml__side": "mine"}
    )
    answer = client.post(address(someone), again)
    assert (answer.status_code, stored_rows(someone)[0][2]) == (302, "70")


def test_a_row_struck_out_needs_a_reason(someone, client):
    first, *_others = three(someone, client)

    answer = client.post(address(someone), stored_row(first, strike="yes"))

    row = answer.context["page"].rows[0]
    assert row.prompts.errors == ["Choose a reason and write why; nothing changed."]
    assert row.prompts.strike is not None
    assert not rows_of(someone)[0].struck_at


def test_a_missing_code_is_typed_into_a_cell_or_chosen_from_a_list(someone, client):
    client.post(address(someone), new(1, 1, volume_ml="unk", catheter="ND"))

    (form,) = rows_of(someone)
    assert value(form, "volume_ml") is MissingCode.UNKNOWN
    assert value(form, "catheter") is MissingCode.NOT_DONE


def test_a_draft_is_kept_and_completed_later(someone, client):
    half = put("n1", {"start_at": f"{DAY} 01:00", "complete": "yes"})
    refused = client.post(address(someone), half)
    client.post(address(someone), half | {"action": "draft"})

    (form,) = rows_of(someone)
    assert (refused.status_code, form.status) == (422, "draft")
    rest = {"end_at": f"{DAY} 02:00", "volume_ml": "50", "catheter": "Y"}
    client.post(address(someone), stored_row(form, complete="yes", **rest))
    form.refresh_from_db()
    assert form.status == "complete"


def test_a_row_of_somebody_else_is_refused(someone, client):
    other = stage.participant(2)
    client.post(address(other), new(1, 1))
    (theirs,) = rows_of(other)

    answer = client.post(address(someone), stored_row(theirs, volume_ml="1"))

    assert answer.status_code == 422
    assert stored_rows(other) == [(1, "complete", "60", False)]


def test_without_consent_no_row_is_added(client):
    with stage.attributed(by=stage.STAGE, via=Source.COMMAND):
        nobody = Participant.objects.create(number="S-009X", sequence=9)

    answer = client.post(address(nobody), new(1, 1))

    (row,) = answer.context["page"].rows
    assert row.prompts.errors == ["Record the consent first; until then nothing else."]
    assert rows_of(nobody) == []


def test_a_reader_sees_the_table_without_a_control(someone, client):
    three(someone, client)

    monitor = signed_in("MO")
    text = monitor.get(address(someone)).content.decode()
    refused = monitor.post(address(someone), new(1, 5))

    assert "cell-input" not in text
    assert "60 mL" in text
    assert refused.status_code == 403


def test_a_form_of_a_visit_in_a_table_cannot_be_struck_out(someone, client):
    form = stage.enter(someone, "VIT", {"weight_kg": "70"}, visit="D7")
    page = client.get(address(someone, "VIT")).text
    strike = {"strike": "yes", "strike_code": "error", "strike_text": "twice"}

    answer = client.post(address(someone, "VIT"), stored_row(form, **strike))

    form.refresh_from_db()
    assert f'name="r{form.pk}-strike"' not in page
    assert answer.status_code == FORBIDDEN
    assert form.struck_at is None


def test_frozen_and_struck_rows_take_no_typing(someone, client):
    first, second, third = three(someone, client)
    freeze(third, by=person("DM"), reason=Reason("closing", "checked"), on=True)
    struck = {"strike": "yes", "strike_code": "other", "strike_text": "not ours"}
    client.post(address(someone), stored_row(second, **struck))
    answer = client.get(address(someone))

    rows = {row.form: row.is_open for row in answer.context["page"].rows}
    assert rows == {first: True, second: False, third: False}


@pytest.mark.verifies("ELG-I1")
def test_gaps_and_overlaps_are_marked_between_rows_in_order_of_time(someone, client):
    late = new(1, 9)
    early = new(2, 1)
    overlapping = put("n3", collection(1) | {"start_at": f"{DAY} 01:30"})
    client.post(address(someone), late | early | overlapping | {"action": "draft"})

    page = client.get(address(someone)).context["page"]

    gaps = [
        (row.form.occurrence, [(mark.look, mark.text) for mark in row.before])
        for row in page.rows
    ]
    assert gaps == [
        (2, []),
        (3, [("overlap", "Overlap of 30 min with a row above.")]),
        (1, [("gap", "Gap of 420 min: no collection covers it.")]),
    ]


def test_urine_output_is_told_with_the_weight_that_it_is_by(someone, client):
    stage.enter(someone, "VIT", {"weight_kg": "60"}, visit="SCR")
    client.post(address(someone), new(1, 1, volume_ml="30"))

    page = client.get(address(someone)).context["page"]

    assert derived_of(page, page.rows[0]) == {
        "hours": "1.0",
        "ml_kg_h": "0.50",
        "weight_kg": "60.0",
    }


def sample(someone: Participant, days: float, number: object) -> FormInstance:
    at = stage.days_ago(days)
    return stage.row(someone, "CRE", {"sample_at": at, "value": number, "place": "icu"})


def test_creatinine_shows_the_standard_value_and_what_is_used(someone, client):
    baseline = sample(someone, 60, ("0.9", "mg/dL"))
    earlier, later = sample(someone, 20, "80"), sample(someone, 19, "200")
    unusual = sample(someone, 18, "1600")

    answer = client.get(address(someone, "CRE"))

    page, text = answer.context["page"], answer.content.decode()
    used = {row.form: derived_of(page, row)["used_as"] for row in page.rows}
    assert "= 79.6 umol/L" in text
    assert used == {
        baseline: "Baseline",
        earlier: "Part of the qualifying pair",
        later: "Part of the qualifying pair",
        unusual: "—",
    }
    assert "1600 is unusual (40 to 1500 umol/L)" not in text
    assert "1600 is unusual (expected 40 to 1500 umol/L)." in text


def derived_of(page: TablePage, row: TableRow) -> dict[str, str]:
    names = [derivation.name for derivation in page.derivations]
    return dict(zip(names, row.derived, strict=True))


def test_a_laboratory_is_chosen_and_a_file_is_attached_on_the_form_page(
    someone, client
):
    with stage.attributed(by=stage.STAGE, via=Source.COMMAND):
        place = Laboratory.objects.create(code="C", name="Central laboratory")
    values = {
        "sample_at": f"{DAY} 08:00",
        "value": "1.33",
        "value__unit": "mg/dL",
        "place": "icu",
        "laboratory": str(place.pk),
        "routine_care": "Y",
        "report": "",
    }

    answer = client.post(address(someone, "CRE"), put("n1", values, complete="yes"))

    (form,) = rows_of(someone, "CRE")
    assert (answer.status_code, form.status) == (302, "complete")
    assert value(form, "value") == "1.33 mg/dL"
    assert value(form, "laboratory") == str(place.pk)


def test_vital_signs_of_all_visits_are_one_table(client):
    someone = stage.infused(ago=9)

    page = client.get(address(someone, "VIT")).context["page"]
    form = FormInstance.objects.get(participant=someone, code="VIT", visit="D7")
    answer = client.post(
        address(someone, "VIT"), stored_row(form, temperature_c="37.1")
    )

    assert not page.may_add
    assert (answer.status_code, value(form, "temperature_c")) == (302, "37.1")


def test_opening_a_long_table_takes_as_many_statements_as_a_short_one(someone, client):
    three(someone, client)
    with counted() as short:
        client.get(address(someone))
    more: dict[str, Any] = {}
    for hour in range(5, 20):
        more |= new(hour, hour)
    client.post(address(someone), more)

    with counted() as long:
        answer = client.get(address(someone))

    assert len(answer.context["page"].rows) == 18
    assert len(short) == len(long) <= 14, long
    assert long.writes == []


@pytest.mark.parametrize("code", ["CRE", "URI", "RRT", "STY", "CMD", "LAB", "VIT"])
def test_each_log_that_fits_a_line_opens_empty(someone, client, code):
    answer = client.get(address(someone, code))

    assert answer.status_code == 200
    assert [row.form.revision for row in answer.context["page"].rows] in ([], [0])


def test_adverse_events_keep_their_own_pages(someone, client):
    answer = client.get(address(someone, "AE"))

    assert answer.templates[0].name == "entry/table/log.html"
