"""Tables of logs: one save for all rows, its prompts and refusals."""

from typing import Any

import pytest

from record.audit.attribution import Reason, Source
from record.casebook.models import Participant
from record.casebook.values import MissingCode
from tests.entry.table.posted import (
    DAY,
    FORBIDDEN,
    address,
    collection,
    new,
    put,
    rows_of,
    stored_row,
    stored_rows,
    three,
    value,
)
from tests.entry.test_statement_counts import counted
from tests.people import person
from tests.visits import stage
from visits.models import Laboratory

pytestmark = pytest.mark.django_db


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
        ("new row 1 · Volume", "x-n1-volume_ml")
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


@pytest.mark.parametrize("action", ["draft", "save"])
def test_a_complete_row_stays_complete(someone, client, action):
    client.post(address(someone), new(1, 1))
    (form,) = rows_of(someone)
    why = {"volume_ml__reason": "transcription", "volume_ml__reason_text": "misread"}

    row = stored_row(form, volume_ml="61", **why)
    client.post(address(someone), row | {"action": action})

    assert stored_rows(someone) == [(1, "complete", "61", False)]


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


def test_a_form_of_a_visit_in_a_table_cannot_be_struck_out(someone, client):
    form = stage.enter(someone, "VIT", {"weight_kg": "70"}, visit="D7")
    page = client.get(address(someone, "VIT")).text
    strike = {"strike": "yes", "strike_code": "other", "strike_text": "twice"}

    answer = client.post(address(someone, "VIT"), stored_row(form, **strike))

    form.refresh_from_db()
    assert f'name="r{form.pk}-strike"' not in page
    assert answer.status_code == FORBIDDEN
    assert form.struck_at is None


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
