"""A change and its entry come together or not at all, whichever way the change came."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture import save_hooks
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.sample_room.models import Sample
from tests.sample_room.people import STAGE, person, sample

pytestmark = pytest.mark.django_db
Way = Callable[[FormInstance], object]


def by_form_page(form: FormInstance) -> object:
    client = Client(raise_request_exception=False)
    client.force_login(person())
    typed = {"based_on": 0, "save_as": "draft", "weight_kg": "70"}
    typed |= {"creatinine__unit": "umol/L", "pauses__rows": "0", "places__shown": "1"}
    return client.post(reverse("entry:form", args=[form.pk]), typed)


def by_import(form: FormInstance) -> object:
    return save(form, {"weight_kg": "70"}, by=person(), via=Source.IMPORT)


def by_command(form: FormInstance) -> object:
    return save(form, {"weight_kg": "70"}, by=STAGE, via=Source.COMMAND)


def by_task(form: FormInstance) -> object:
    return save(form, {"weight_kg": "70"}, by=STAGE, via=Source.TASK)


WAYS = [by_form_page, by_import, by_command, by_task]


def values_and_entries(form: FormInstance) -> tuple[list[str], list[tuple[str, str]]]:
    """Read the stored values, and value and way of their entries."""
    rows = Sample._default_manager.filter(form=form).values_list("weight_kg", flat=True)
    entries = Entry.objects.filter(form_id=form.pk, table_name="sample_room_sample")
    return [str(weight_kg) for weight_kg in rows], [
        (str(entry.new_values["weight_kg"]), entry.via) for entry in entries
    ]


@pytest.mark.verifies("AUD-02")
@pytest.mark.parametrize(
    ("way", "via"), list(zip(WAYS, ("page", "import", "command", "task"), strict=True))
)
def test_each_way_in_stores_the_value_and_its_entry(way: Way, via: str) -> None:
    form = sample()

    way(form)

    assert values_and_entries(form) == (["70.0"], [("70.0", via)])


@pytest.fixture
def states_at_failure(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let what follows from the form fail, after value and entry were written."""
    states: list[object] = []

    def fail(saved: save_hooks.Saved) -> None:
        states.append(values_and_entries(saved.form))
        message = "a consequence that fails"
        raise RuntimeError(message)

    hook = save_hooks.on_items("weight_kg", fail)
    monkeypatch.setitem(save_hooks.save_hooks(), "ZZA", (hook,))
    return states


@pytest.mark.verifies("AUD-02")
@pytest.mark.parametrize("way", WAYS)
def test_after_an_error_neither_is_there(
    way: Way, states_at_failure: list[object]
) -> None:
    form = sample()

    try:
        answer = way(form)
    except RuntimeError:
        status = 500
    else:
        status = answer.status_code  # type: ignore[attr-defined]

    assert status == 500
    assert [state for state in states_at_failure if state == ([], [])] == []
    assert len(states_at_failure) == 1
    assert values_and_entries(form) == ([], [])


@pytest.mark.verifies("AUD-02")
def test_plain_sql_writes_both_or_neither() -> None:
    form = sample()
    insert = "INSERT INTO sample_room_sample (form_id, weight_kg, missing)"
    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        cursor.execute(f"{insert} VALUES (%s, 70, '{{}}')", [form.pk])
    both = values_and_entries(form)

    def fail() -> None:
        with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
            cursor.execute("UPDATE sample_room_sample SET weight_kg = 71")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        with attributed(by=STAGE, via=Source.COMMAND):
            Sample._default_manager.update(weight_kg=72)
        cursor.execute("ROLLBACK TO before")

    assert both == (["70.0"], [("70.0", "command")])
    assert values_and_entries(form) == both
