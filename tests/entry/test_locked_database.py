"""While the database is locked each way of a value into the record is refused."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from enrollment.screening import services as screening
from imports.services import storing
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.audit.problems import RecordClosed
from record.audit.rows import recorded_models
from record.capture.services.forms import save
from record.lock.digest import data_digest
from record.review.models import Signature
from record.review.services import lock_database
from tests.entry.table import posted as tables
from tests.imports import stage as imported
from tests.people import PASSWORD, STAGE, person
from tests.sample_room.people import A_SAMPLE, sample
from tests.shown import shown
from tests.visits import stage
from trial_edc import clock
from visits.deviations.tasks import raise_missed_visits

pytestmark = pytest.mark.django_db
CONFLICT = 409
# What stays writable: acts, accounts, messages, products and safety after the lock.
REGISTERS = {
    trigger_model._meta.db_table
    for trigger_model, trigger in recorded_models()
    if trigger.kind == "register"
}


@pytest.fixture
def two():
    return {"by": person("DM"), "confirmed_by": person("PI")}


def lock(two):
    lock_database(**two, reason=Reason("closing", "all is clean"))


def entries():
    """Return how many entries tell of the record, registers left out."""
    return Entry.objects.exclude(table_name__in={*REGISTERS, ""}).count()


@pytest.mark.verifies("LCK-01")
def test_pages_tables_and_files_are_refused_in_words(client, two):
    someone = stage.participant()
    client.force_login(person("CO"))
    file = imported.previewed(
        imported.source(two["by"], two["confirmed_by"]),
        imported.csv(imported.row(someone, days=1, value="120")),
        by=person("CO", username="importer"),
    )
    lock(two)
    before = entries(), data_digest()

    page = client.post(
        reverse("entry:add_row", args=[someone.number, "STY"]),
        {"based_on": "0", "save_as": "draft", "kind": "icu"},
    )
    table = client.post(tables.address(someone), tables.new(4, 9, volume_ml="71"))
    with pytest.raises(RecordClosed):
        storing.confirm(file, None, by=person("CO", username="other"))

    texts = [answer.content.decode() for answer in (page, table)]
    assert page.status_code == CONFLICT
    assert all("The database was locked by " in text for text in texts)
    assert 'value="icu" checked' in texts[0]
    assert "71" in texts[1]
    assert (entries(), data_digest()) == before


@pytest.mark.verifies("LCK-01")
@pytest.mark.parametrize("role", ["CO", "PI", "MO", "DM"])
def test_what_can_only_be_read_offers_no_act_and_says_why(client, role):
    someone = stage.infused()
    row = stage.enter(someone, "STY", {"kind": "icu"})
    client.force_login(person(role))
    pages = {
        "form": reverse("entry:form", args=[row.pk]),
        "table": tables.address(someone),
        "log": reverse("entry:log", args=[someone.number, "AE"]),
    }
    if role == "PI":
        pages["visit"] = reverse("entry:sign_visit", args=[someone.number, "D0", 0])
        pages["several"] = reverse("entry:sign_several")
    opened = {name: acts_on(client.get(pages[name])) for name in pages}
    lock(
        {
            "by": person("DM", username="dm-2"),
            "confirmed_by": person("PI", username="pi-2"),
        }
    )

    answers = {name: client.get(pages[name]) for name in pages}

    assert any(opened.values())
    assert {name: acts_on(answer) for name, answer in answers.items()} == {
        name: [] for name in pages
    }
    assert all("can only be read." in a.content.decode() for a in answers.values())


def acts_on(page):
    """Return where the content of a page posts, and its links to acts."""
    content = page.content.decode().partition('<main id="content"')[2]
    forms = re.findall(r'<form method="post"[^>]*', content)
    return forms + re.findall(r">(Sign…|Add a row)<", content)


@pytest.mark.verifies("LCK-01", "SIG-05")
def test_a_page_for_signing_that_was_open_says_that_the_database_is_locked(client, two):
    form = save(sample(), A_SAMPLE, by=STAGE, complete=True, via=Source.COMMAND).form
    client.force_login(person("PI", username="signer", password=PASSWORD))
    page = reverse("entry:sign", args=[form.pk])
    several = reverse("entry:sign_several")
    hidden = shown(client, page)
    keys = re.findall(
        r'name="pages" value="([^"]+)"', client.get(several).content.decode()
    )
    lock(two)
    identity = {"username": "signer", "password": PASSWORD}

    alone = client.post(page, hidden | identity)
    together = client.post(several, {"pages": keys} | identity, follow=True)

    for answer in (alone, together):
        assert answer.status_code == 200
        assert "nothing was saved." in answer.content.decode()
    assert len(keys) == 1
    assert not Signature.objects.exists()


@pytest.mark.verifies("LCK-01")
def test_services_tasks_and_commands_store_nothing(two):
    form = stage.enter(stage.randomized(), "STY", {"kind": "icu"})
    investigator = person("IN", username="screener")
    lock(two)
    before = entries(), data_digest()

    with pytest.raises(RecordClosed):
        save(form, {"in_at": "2026-04-10 08:00"}, by=STAGE, via=Source.COMMAND)
    with pytest.raises(RecordClosed):
        screening.register_person(
            by=investigator,
            approached_at=clock.now(),
            source="icu",
            age_years=50,
            sex="M",
        )
    with clock.shifted(timedelta(days=200)):
        assert raise_missed_visits() == 0
    call_command("check_copies", mend=True)

    assert (entries(), data_digest()) == before


@pytest.mark.verifies("LCK-01")
def test_plain_sql_is_refused_on_each_table_but_registers(two):
    someone = stage.infused()
    stage.enter(someone, "STY", {"kind": "icu"})
    lock(two)

    stored: dict[str, str] = {}
    for model, trigger in recorded_models():
        if trigger.kind == "register" or not model._default_manager.exists():
            continue
        column = "due_on" if trigger.kind == "sheet" else model._meta.pk.column
        value = "'2030-01-01'" if trigger.kind == "sheet" else column
        stored[model._meta.db_table] = refusal(
            f"UPDATE {model._meta.db_table} SET {column} = {value}"
        )

    assert {"casebook_participant", "casebook_forminstance"} < stored.keys()
    assert set(stored.values()) <= {"AU002", "AU003"}
    crf = {m._meta.db_table for m, t in recorded_models() if t.kind == "crf"}
    assert {stored[table] for table in crf & stored.keys()} == {"AU002"}


def refusal(statement):
    """Return the SQLSTATE of the refusal; empty where there was none."""
    try:
        with (
            transaction.atomic(),
            attributed(by=STAGE, via=Source.COMMAND),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    except RecordClosed:
        return "AU002"
    except Exception as problem:  # noqa: BLE001 - the test looks at its code
        return getattr(problem.__cause__, "pgcode", "")
    return ""
