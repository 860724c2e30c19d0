"""Whole exports: what is in them, what is not, and that they say what is stored."""

import csv
import hashlib
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exports.models import Export, ExportState
from exports.selectors import blinded, form_tables
from exports.services import files
from exports.services import jobs as services
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source
from record.audit.models import Confidentiality, Entry
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.items import ItemGroup
from record.casebook.services import form_instances
from record.casebook.values import MissingCode
from record.review import services as review
from tests.outcomes import course
from tests.people import STAGE, person
from tests.sample_room.people import A_SAMPLE, sample
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db
# Beside one a table; three find the export and lock it, two find the lock of the
# database and the casebooks without a sign-off.
SHARED_STATEMENTS = 10
PLACE = ["participant", "visit", "visit_number", "occurrence"]


@pytest.fixture
def monitor() -> User:
    return person("MO")


def finished_export(by: User, *forms: str, language: str = "en") -> Export:
    export = services.request_export(forms=list(forms), language=language, by=by)
    return services.make_export(export.key)


def archive(export: Export) -> ZipFile:
    return ZipFile(io.BytesIO(whole(export)))


def whole(export: Export) -> bytes:
    return b"".join(files.unsealed_pieces(files.archive_path(export.key)))


def lines(export: Export, name: str) -> list[list[str]]:
    text = archive(export).read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def records(export: Export, name: str) -> list[dict[str, str]]:
    """Lines of a file by the names of their columns."""
    heading, *rows = lines(export, name)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.verifies("EXP-05")
def test_whole_table_is_what_was_entered(monitor: User) -> None:
    participant = course.randomized()
    values = {
        "at": "2026-03-08 09:30",
        "channel": "phone",
        "reached": MissingCode.UNKNOWN,
        "result": "informed",
        "alive_on": "2026-03-08",
    }
    course.row(participant, "CAL", values)
    course.row(participant, "CAL", {"at": "2026-03-09 10:00"})

    content = archive(finished_export(monitor, "CAL")).read("cal.csv")

    assert content.decode() == (
        "\ufeffparticipant,visit,visit_number,occurrence,form_status,revision,from_paper,"
        "at,at_missing,channel,channel_label,channel_missing,"
        "reached,reached_label,reached_missing,result,result_label,result_missing,"
        "alive_on,alive_on_missing\r\n"
        "S-001X,,,1,draft,1,N,2026-03-08T09:30:00+08:00,,phone,Telephone,,"
        ",,UNK,informed,Informed,,2026-03-08,\r\n"
        "S-001X,,,2,draft,1,N,2026-03-09T10:00:00+08:00,,,,,,,,,,,,\r\n"
    )


@pytest.mark.verifies("EXP-05")
def test_rows_of_every_table_are_those_of_the_database(monitor: User) -> None:
    for number in (1, 2):
        participant = course.randomized(number)
        course.row(participant, "AE", {"term": "Fever", "serious": "Y"})
    designs = blinded.blinded_designs()

    export = finished_export(monitor, *designs)

    counted = {
        f"{design.dataset}.csv": design.model._default_manager.count()
        for design in designs.values()
    }
    assert {name: len(lines(export, name)) - 1 for name in counted} == counted
    assert counted["ae.csv"] == counted["sae.csv"] == 2


def test_laboratory_value_keeps_its_unit_and_has_the_standard_one(
    monitor: User,
) -> None:
    participant = course.participant()
    values = {"sample_at": "2026-03-08", "value": ("1.50", "mg/dL")}
    course.row(participant, "CRE", values)

    (sample,) = records(finished_export(monitor, "CRE"), "cre.csv")

    assert [sample[name] for name in ("value", "value_unit", "value_standard")] == [
        "1.5",
        "mg/dL",
        "132.6",
    ]


@pytest.mark.verifies("EXP-08")
def test_nobody_is_told_by_name_or_birth_date(monitor: User) -> None:
    participant = course.participant(consented=0.5)
    contact = catalogue.design("CTC")
    course.enter(participant, "CTC", {"address": "Fuxing Road 28"})

    export = finished_export(monitor, *catalogue.designs(), "endpoints")

    everything = b"".join(
        archive(export).read(name) for name in archive(export).namelist()
    )
    assert contact.confidentiality == Confidentiality.IDENTITY
    assert b"Fuxing" not in everything
    assert b"1970-03-15" not in everything
    (demographics,) = records(export, "dem.csv")
    assert demographics["birth_date_year"] == "1970"
    assert int(demographics["age_years"]) == course.day(0.5).year - 1970 - (
        course.day(0.5).timetuple().tm_yday < 75
    )


@pytest.mark.verifies("EXP-08", "RND-05")
def test_restricted_identity_and_sponsor_forms_stay_out() -> None:
    left_out = set(catalogue.designs()) - set(blinded.blinded_designs())

    assert left_out >= {"CTC", "PRD", "DVP", "SPA"}
    assert all(
        design.confidentiality == Confidentiality.OPEN
        for design in blinded.blinded_designs().values()
    )


def test_formula_in_a_text_is_harmless(monitor: User) -> None:
    course.row(course.participant(), "AE", {"term": '=HYPERLINK("http://x")'})

    (event,) = records(finished_export(monitor, "AE"), "ae.csv")

    assert event["term"] == '\'=HYPERLINK("http://x")'


def test_link_to_a_row_of_a_log_names_form_and_occurrence(monitor: User) -> None:
    course.row(course.participant(), "AE", {"serious": "Y"})

    (report,) = records(finished_export(monitor, "SAE"), "sae.csv")

    assert report["ae"] == "AE-1"


def test_small_table_inside_a_form_is_a_file_of_its_own(monitor: User) -> None:
    participant = course.participant()
    pauses: list[dict[str, str | None]] = [
        {"from_at": "2026-03-08 10:00", "to_at": "2026-03-08 10:05", "reason": "a"},
        {"from_at": "2026-03-08 10:20", "to_at": None, "reason": "=b"},
    ]
    design = catalogue.design("INF")
    item = design.items["interruptions"]
    assert isinstance(item, ItemGroup)
    columns = list(item.columns)
    rows = [dict(zip(columns, pause.values(), strict=True)) for pause in pauses]
    course.enter(
        participant, "INF", {"given": "given", "interruptions": rows}, visit="D0"
    )

    records_written = records(finished_export(monitor, "INF"), "inf_interruptions.csv")

    assert [[row[name] for name in (*PLACE, "row")] for row in records_written] == [
        ["S-001X", "D0", "", "1", "1"],
        ["S-001X", "D0", "", "1", "2"],
    ]
    assert [row[columns[0]] for row in records_written] == [
        "2026-03-08T10:00:00+08:00",
        "2026-03-08T10:20:00+08:00",
    ]
    assert [row[columns[2]] for row in records_written] == ["a", "'=b"]


def test_struck_out_row_is_left_out(monitor: User) -> None:
    event = course.row(course.participant(), "AE", {"term": "Fever"})
    form_instances.strike(
        event,
        by=STAGE,
        reason=Reason("error", "twice"),
        via=Source.COMMAND,
    )

    assert records(finished_export(monitor, "AE"), "ae.csv") == []


def test_endpoints_are_a_table_too(monitor: User) -> None:
    course.randomized()

    (endpoints,) = records(finished_export(monitor, "endpoints"), "endpoints.csv")

    assert endpoints["participant"] == "S-001X"
    assert endpoints["day0"] == course.day(100).isoformat()
    assert endpoints["os28_status"] == "unknown"


@pytest.mark.verifies("EXP-02")
def test_manifest_tells_rows_and_checksum_of_every_file(monitor: User) -> None:
    course.row(course.participant(), "AE", {"term": "Fever"})

    export = finished_export(monitor, "AE", "SAE")

    zip_file = archive(export)
    manifest = json.loads(zip_file.read("manifest.json"))
    files_by_name = {file["name"]: file for file in manifest["files"]}
    assert set(files_by_name) | {"manifest.json"} == set(zip_file.namelist())
    for name, file in files_by_name.items():
        assert file["sha256"] == hashlib.sha256(zip_file.read(name)).hexdigest()
        assert file["rows"] == len(lines(export, name)) - 1
    assert (manifest["content"], manifest["asked_by"]) == ("blinded", "mo")
    assert export.sha256 == hashlib.sha256(whole(export)).hexdigest()
    assert export.size_bytes == len(whole(export))


@pytest.mark.verifies("TIM-05")
@pytest.mark.parametrize("partial_date", ["2026", "2026-03", "2026-03-08"])
def test_partial_date_is_kept_and_leaves_as_far_as_it_is_known(
    monitor: User, partial_date: str
) -> None:
    row = course.row(
        course.participant(), "CMD", {"drug": "Furosemide", "start": partial_date}
    )

    (record,) = records(finished_export(monitor, "CMD"), "cmd.csv")

    table = catalogue.design("CMD").model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT start FROM {table}")
        stored = cursor.fetchall()
    (entry,) = Entry.objects.filter(form_id=row.pk, table_name=table)
    assert stored == [(partial_date,)]
    assert entry.new_values["start"] == partial_date
    assert record["start"] == partial_date
    assert record["stop"] == ""


@pytest.mark.verifies("SIG-01")
def test_signatures_leave_with_name_time_zone_and_meaning(monitor: User) -> None:
    form, signer = sample(), person("IN", full_name="Wang Jun")
    save(form, A_SAMPLE, by=STAGE, complete=True)
    review.sign(
        form,
        shown_revision=revision(form),
        proof=ReAuthenticated(signer.pk, clock.now()),
        by=signer,
    )
    records_before = records(finished_export(monitor, "ZZA"), "signatures.csv")
    save(form, {"weight_kg": "70"}, by=STAGE)

    (line,) = records(finished_export(monitor, "ZZA"), "signatures.csv")

    at = datetime.fromisoformat(line.pop("signed_at"))
    assert at.utcoffset() == timedelta(hours=8)
    assert abs(at - clock.now()) < timedelta(minutes=5)
    assert [record["holds"] for record in records_before] == ["Y"]
    assert line == {
        "participant": "S-001Z",
        "visit": "ZZZ",
        "visit_number": "",
        "occurrence": "1",
        "form": "ZZA",
        "signed_revision": "1",
        "form_revision": "2",
        "signer": "Wang Jun",
        "signer_role": "IN",
        "meaning": "I have reviewed this sample.",
        "holds": "N",
    }


def test_dictionary_describes_every_item_that_leaves(monitor: User) -> None:
    export = finished_export(monitor, *blinded.blinded_designs())

    described = {
        (row["form"], row["item"]) for row in records(export, "data_dictionary.csv")
    }

    expected = {
        (code, name)
        for code, design in blinded.blinded_designs().items()
        for name, item in design.items.items()
        if not item.facts.identity
    }
    assert described >= expected
    (sex,) = [
        row
        for row in records(export, "data_dictionary.csv")
        if (row["form"], row["item"]) == ("DEM", "sex")
    ]
    assert (sex["codes"], sex["required"], sex["sdtm"], sex["type"]) == (
        "F=Female; M=Male",
        "Y",
        "DM.SEX",
        "Choice",
    )


@pytest.mark.parametrize("people", [1, 3])
def test_export_takes_as_many_statements_for_one_as_for_many(
    monitor: User, people: int
) -> None:
    for number in range(1, people + 1):
        course.row(course.randomized(number), "AE", {"serious": "Y"})
    codes = [*blinded.blinded_designs(), "endpoints"]
    finished_export(monitor, "CAL")  # the keys of the vault are read once a process
    export = services.request_export(forms=codes, language="en", by=monitor)

    with CaptureQueriesContext(connection) as statements:
        services.make_export(export.key)

    selects = [s for s in statements if s["sql"].startswith(("SELECT", "DECLARE"))]
    tables = list(blinded.all_tables(codes, form_tables.Context()))
    assert len(selects) == len(tables) + SHARED_STATEMENTS


def test_finished_export_is_not_made_again(monitor: User) -> None:
    export = finished_export(monitor, "CAL")
    first = export.sha256

    assert services.make_export(export.key).sha256 == first
    assert files.progress(export.key) == (0, 0)


def test_failed_export_says_so(monitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    export = services.request_export(forms=["CAL"], language="en", by=monitor)
    monkeypatch.setattr(files, "folder", lambda: Path("/proc/nowhere"))

    with pytest.raises(OSError, match="nowhere"):
        services.make_export(export.key)

    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    assert "log of the worker" in export.problem
