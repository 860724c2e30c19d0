"""Coding: proposals, two persons, changed words, versions; every term is invented."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from safety.coding import services as coding
from safety.coding.rules import TermRow
from safety.models import Dictionary, DictionaryTerm, TermCode
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.coding.test_rules import HIERARCHY, LLT, PT
from tests.shown import shown

pytestmark = pytest.mark.django_db
ROWS = [
    TermRow("9001", "Blorbic ache", "7001", "Blorb pain"),
    TermRow("9002", "Blorb, sore", "7001", "Blorb pain"),
    TermRow("9003", "Old blorb", "7001", "Blorb pain", is_current=False),
]


@pytest.fixture
def manager() -> User:
    return person("DM")


@pytest.fixture
def dictionary(manager: User) -> Dictionary:
    return imported(manager, "27.0")


def imported(by: User, version: str) -> Dictionary:
    return coding.import_dictionary("meddra", version, ROWS, b"files", by=by)


def wrote(term: str, number: int = 1) -> FormInstance:
    """An adverse event in these words."""
    return course.row(course.randomized(number), "AE", {"term": term})


def coded(form: FormInstance, text: str, by: User, code: str = "9002") -> TermCode:
    """Choose a term for the words of an event."""
    term = DictionaryTerm.objects.filter(code=code).latest("dictionary")
    return coding.assign_code(form, "term", text, term, by=by)


def states() -> dict[str, str]:
    return {verbatim.text: verbatim.state.value for verbatim in coding.verbatims()}


@pytest.mark.verifies("COD-02")
def test_code_counts_once_a_second_person_approved(
    dictionary: Dictionary, manager: User
) -> None:
    event = wrote("Sore blorb")
    assert states() == {"Sore blorb": "uncoded"}

    code = coded(event, "Sore blorb", manager)
    assert states() == {"Sore blorb": "proposed"}
    coding.approve_code(code, by=person("PI"))

    assert states() == {"Sore blorb": "coded"}
    tables = Entry.objects.filter(table_name="safety_termcode")
    assert [(e.operation, e.actor) for e in tables.order_by("id")] == [
        ("INSERT", "dm"),
        ("UPDATE", "pi"),
    ]


@pytest.mark.verifies("COD-02")
def test_changed_words_are_to_be_coded_again(
    dictionary: Dictionary, manager: User
) -> None:
    event = wrote("Sore blorb")
    code = coded(event, "Sore blorb", manager)

    save(event, {"term": "Very sore blorb"}, by=STAGE, via=Source.COMMAND)

    (verbatim,) = coding.verbatims()
    assert (verbatim.state.value, verbatim.previous_code) == ("changed", code)
    with pytest.raises(coding.NotCoded):
        coded(event, "Sore blorb", manager)


def test_each_source_of_words_is_listed(dictionary: Dictionary) -> None:
    participant = course.randomized()
    course.row(participant, "AE", {"term": "Blorb"})
    course.row(participant, "CMD", {"drug": "Florbine"})
    history = [{"term": "Old blorb"}, {"term": "Older blorb"}]
    course.enter(participant, "MHX", {"history": history})
    course.enter(participant, "DTH", {"cause": "Blorb failure"})

    coded_words = {
        (verbatim.code, verbatim.text, verbatim.kind.value)
        for verbatim in coding.verbatims()
    }

    assert coded_words == {
        ("AE", "Blorb", "meddra"),
        ("CMD", "Florbine", "whodrug"),
        ("DTH", "Blorb failure", "meddra"),
        ("MHX", "Old blorb", "meddra"),
        ("MHX", "Older blorb", "meddra"),
    }


def test_terms_that_read_the_same_are_proposed_and_old_ones_not(
    dictionary: Dictionary,
) -> None:
    wrote("BLORB  sore", 1)
    wrote("Old blorb", 2)

    used = coding.dictionaries_in_use(coding.dictionaries())
    lines = coding.with_proposals(coding.verbatims(), used)

    proposals = {line.text: [term.code for term in line.proposals] for line in lines}
    assert proposals == {"BLORB  sore": ["9002"], "Old blorb": []}


@pytest.mark.verifies("COD-01")
def test_new_version_keeps_the_codes_of_the_one_before(
    dictionary: Dictionary, manager: User
) -> None:
    event = wrote("Sore blorb")
    code = coded(event, "Sore blorb", manager)

    newer = imported(manager, "28.0")

    (verbatim,) = coding.verbatims()
    assert verbatim.assigned_code == code
    assert code.term.dictionary == dictionary
    assert [term.dictionary for term in coding.search("meddra", "sore")] == [newer]
    with pytest.raises(coding.NotCoded):
        imported(manager, "28.0")


@pytest.mark.verifies("COD-01")
def test_import_is_one_entry_of_the_trail_and_its_terms_never_change(
    dictionary: Dictionary,
) -> None:
    entry = Entry.objects.get(table_name="safety_dictionary")
    assert entry.new_values["size"] == len(ROWS)
    assert not Entry.objects.filter(table_name="safety_dictionaryterm").exists()
    for act in ("UPDATE safety_dictionaryterm SET term = 'x'", "DELETE FROM %s"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(act.replace("%s", "safety_dictionaryterm"))


def test_each_does_only_his_part(dictionary: Dictionary, manager: User) -> None:
    event, investigator = wrote("Sore blorb"), person("PI")

    with pytest.raises(PermissionDenied):
        coded(event, "Sore blorb", investigator)
    with pytest.raises(PermissionDenied):
        imported(investigator, "29.0")
    with pytest.raises(PermissionDenied):
        coding.approve_code(coded(event, "Sore blorb", manager), by=manager)


def test_only_the_last_code_is_approved(dictionary: Dictionary, manager: User) -> None:
    event, investigator = wrote("Sore blorb"), person("PI")
    first = coded(event, "Sore blorb", manager, "9001")
    last = coded(event, "Sore blorb", manager, "9002")

    with pytest.raises(coding.NotCoded):
        coding.approve_code(first, by=investigator)
    coding.approve_code(last, by=investigator)

    assert states() == {"Sore blorb": "coded"}


def test_page_without_a_dictionary_says_what_to_do(
    client: Client, manager: User
) -> None:
    wrote("Sore blorb")
    client.force_login(manager)

    page = client.get(reverse("safety:coding")).content.decode()

    assert "No dictionary is imported yet." in page
    assert "Sore blorb" in page


def test_manager_imports_files_chooses_and_the_investigator_approves(
    client: Client, manager: User
) -> None:
    event = wrote("blorb SORE")
    client.force_login(manager)
    files = {
        name: SimpleUploadedFile(f"{name}.asc", text.encode())
        for name, text in (("terms", LLT), ("preferred", PT), ("hierarchy", HIERARCHY))
    }

    values = {"kind": "meddra", "version": "27.0", **files}
    imported_page = client.post(reverse("safety:dictionaries"), values)
    coding_page = client.get(reverse("safety:coding")).content.decode()
    term = DictionaryTerm.objects.get(code="9002")
    address = reverse("safety:choose_code", args=[event.pk])
    place = {"item": "term", "verbatim": "blorb SORE"}
    search_page = client.get(address, {**place, "q": "blorb"}).content.decode()
    choice = client.post(address, {**place, "term": term.pk})
    client.force_login(person("PI"))
    code = TermCode.objects.get()
    approval = reverse("safety:approve_code", args=[code.pk])
    approved = client.post(approval, shown(client, reverse("safety:coding")))

    assert [answer.status_code for answer in (imported_page, choice, approved)] == [
        302,
        302,
        302,
    ]
    assert "Blorb, sore (9002)" in coding_page
    assert "Organ of blorb" in search_page
    assert "Old blorb" not in search_page
    assert states() == {"blorb SORE": "coded"}


def test_faulty_file_stores_nothing_and_names_the_lines(
    client: Client, manager: User
) -> None:
    client.force_login(manager)
    terms = SimpleUploadedFile("own.csv", b"code,term\n9001,\n")
    values = {"kind": "meddra", "version": "27.0", "terms": terms}

    page = client.post(reverse("safety:dictionaries"), values).content.decode()

    assert "Line 2: a code and a term are needed." in page
    assert not Dictionary.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_statements_for_one_as_for_many(
    client: Client,
    dictionary: Dictionary,
    manager: User,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(1, count + 1):
        wrote("Blorb, sore", number)
    client.force_login(manager)
    client.get(reverse("safety:coding"))

    with django_assert_num_queries(7):
        client.get(reverse("safety:coding"))


def test_words_of_a_row_struck_out_are_not_coded() -> None:
    event = wrote("Blorb")

    strike_row(event, by=STAGE, reason=Reason("error", "twice"), via=Source.COMMAND)

    assert coding.verbatims() == []


@pytest.mark.parametrize(("role", "waits"), [("DM", 1), ("PI", 0), ("CO", 0)])
def test_my_work_tells_who_has_terms_to_code(
    dictionary: Dictionary, manager: User, role: str, waits: int
) -> None:
    wrote("Sore blorb")
    user = manager if role == "DM" else person(role)

    assert coding.coding_to_do(user) == waits


def test_without_a_dictionary_nobody_is_asked_to_code(manager: User) -> None:
    wrote("Sore blorb")

    assert coding.coding_to_do(manager) == 0
