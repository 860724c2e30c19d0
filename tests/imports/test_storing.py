"""A laboratory's file: previewed, confirmed, stored, reconciled."""

import pytest

from enrollment.identity.selectors import hospital_no_digest
from enrollment.models import PersonKey
from imports.models import ImportState
from imports.rules.mapping import FileMapping
from imports.selectors.report import finding_text, report_of
from imports.services import previews, storing
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.casebook.history import changes_of
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.review.services import lock_form
from tests.imports import stage
from tests.outcomes import course
from tests.people import STAGE
from tests.visits import stage as visits

pytestmark = pytest.mark.django_db
WHY = Reason("new_source", "Corrected by the laboratory")


@pytest.fixture
def users():
    return stage.people()


@pytest.fixture
def clerk(users):
    return users[0]


@pytest.fixture
def source(users):
    return stage.source(*users[1:])


def stored(who, code="CRE", item="value"):
    return [str(data.get(item)) for data in casebook_of(who).rows(code)]


def confirmed(file, clerk, reason=None):
    storing.confirm(file, reason, by=clerk, unassigned_read=True)
    storing.store_file(file.pk)
    file.refresh_from_db()
    return file


def whys(file):
    return {
        row.line: [finding_text(finding) for finding in row.findings]
        for row in file.lines.filter(state="refused")
    }


def five_bad_rows(good, bad):
    """One good participant, and one of whom five lines are bad."""
    return stage.csv(
        stage.row(good, days=50, value="118"),
        stage.row(good, days=49, value="131"),
        stage.row("S-999Z", days=50, value="100"),
        stage.row(bad, days=0, taken="2026-02-31 08:00", value="100"),
        stage.row(bad, days=48, value="1.2", unit="mol/L"),
        stage.row(bad, days=47, value="99999"),
        stage.row(bad, days=46, value="100"),
        stage.row(bad, days=46, value="104"),
    )


@pytest.mark.verifies("QRY-08")
def test_five_bad_rows_are_refused_with_reasons_and_the_good_ones_stored(source, clerk):
    good, bad = stage.participant(1), stage.participant(2)

    file = stage.previewed(source, five_bad_rows(good, bad), by=clerk)

    assert file.state == ImportState.READY
    assert file.counts == {"new": 2, "changed": 0, "unchanged": 0, "refused": 6}
    assert whys(file) == {
        4: ["S-999Z is not a participant number: check its letter."],
        5: ["“2026-02-31 08:00” is no date in the order that the mapping says."],
        6: ["“mol/L” is no unit of this item. Use umol/L, mg/dL."],
        7: ["99999 is impossible here (10 to 3000 umol/L)."],
        8: ["Says otherwise than line 9 about the same sample or row."],
        9: ["Says otherwise than line 8 about the same sample or row."],
    }
    assert stored(good) == []

    confirmed(file, clerk)

    assert file.state == ImportState.DONE
    assert file.rows == 8 == sum(file.counts.values())
    assert stored(good) == ["118 umol/L", "131 umol/L"]
    assert stored(bad) == []
    assert [form.status for form in course.forms(good, "CRE")] == ["complete"] * 2


@pytest.mark.verifies("QRY-08")
def test_the_same_file_again_changes_nothing(source, clerk):
    good, bad = stage.participant(1), stage.participant(2)
    content = five_bad_rows(good, bad)
    confirmed(stage.previewed(source, content, by=clerk), clerk)
    revisions = [form.revision for form in course.forms(good, "CRE")]

    again = stage.previewed(source, content, by=clerk)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 6}
    confirmed(again, clerk)

    assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 6}
    assert [form.revision for form in course.forms(good, "CRE")] == revisions


@pytest.mark.verifies("AUD-11", "AUD-07")
def test_each_value_names_process_source_file_and_person(source, clerk):
    who = stage.participant()
    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="118")), by=clerk
    )

    confirmed(file, clerk)

    (form,) = course.forms(who, "CRE")
    entry = Entry.objects.get(form_id=form.pk, table_name="visits_creatinine")
    assert (entry.actor, entry.via) == ("co", "import")
    text = entry.reasons[""]["text"]
    assert text == (
        f"{previews.PROCESS.username}; central-lis: july.csv; SHA-256 {file.sha256}"
    )
    (change,) = [entry for entry in changes_of(form) if entry.item == "value"]
    assert (change.actor, change.reason) == ("co", Reason("import", text))
    acts = Entry.objects.filter(act__startswith="import_").order_by("id")
    assert [entry.act for entry in acts] == [
        "import_credential_issued",
        "import_received",
        "import_previewed",
        "import_confirmed",
        "import_stored",
    ]


def test_a_changed_value_shows_old_and_new_and_asks_for_a_reason(source, clerk):
    who = stage.participant()
    first = stage.csv(stage.row(who, days=50, value="118"))
    confirmed(stage.previewed(source, first, by=clerk), clerk)
    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="121")), by=clerk
    )

    (row,) = file.lines.all()
    assert (row.state, row.old, row.new) == ("changed", "118 umol/L", "121 umol/L")
    with pytest.raises(storing.ReasonMissing):
        storing.confirm(file, None, by=clerk)
    confirmed(file, clerk, WHY)

    assert stored(who) == ["121 umol/L"]
    assert file.counts == {"new": 0, "changed": 1, "unchanged": 0, "refused": 0}


def test_a_panel_is_one_form_at_its_visit_with_missing_results(source, clerk):
    who = stage.participant()
    file = stage.previewed(
        source,
        stage.csv(
            stage.row(who, days=101, test="K", value="4.1", unit="mmol/L"),
            stage.row(who, days=101, test="Na", value="溶血", unit="mmol/L"),
            stage.row(who, days=101, test="LDH", value="200", unit="U/L"),
        ),
        by=clerk,
    )
    assert file.counts == {"new": 2, "changed": 0, "unchanged": 0, "refused": 1}
    assert whys(file) == {4: ["Not collected in this trial."]}

    confirmed(file, clerk)

    (data,) = casebook_of(who).rows("LAB")
    assert (data.visit, str(data.get("potassium"))) == ("SCR", "4.1 mmol/L")
    assert data.missing("sodium") == "ND"
    assert data.get("routine_care") == "Y"
    assert file.lines.get(line=2).form_id == data.form_id


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("≤20", "“≤20” is no limit of detection. Enter one like <18."),
        ("1+", "“+” is no unit of this item. Use umol/L, mg/dL."),
        ("", "There is no value."),
        ("=1+2", "“=1+2” is not a number. Enter digits, such as 12.5."),
        (
            "1，2",
            "“1，2” has a comma. Write decimals with a point, thousands without.",
        ),
        ("lipaemic", "“lipaemic” is not a number. Enter digits, such as 12.5."),
    ],
)
def test_what_is_no_exact_value_is_refused_with_its_reason(source, clerk, value, why):
    who = stage.participant()

    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value=value)), by=clerk
    )

    assert whys(file) == {2: [why]}


def test_refused_lines_left_out_let_the_others_in(source, clerk):
    who = stage.participant()
    content = stage.csv(
        stage.row(who, days=50, value="118"), stage.row(who, days=49, value="lost")
    )
    file = stage.previewed(source, content, by=clerk)
    assert file.counts["refused"] == 2

    previews.leave_out(file, who, by=clerk)
    file.refresh_from_db()
    assert file.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 1}
    confirmed(file, clerk)

    assert stored(who) == ["118 umol/L"]
    entry = Entry.objects.get(act="import_lines_left_out")
    assert (entry.actor, entry.changes["lines"]) == ("co", [3])


def test_a_worker_that_died_is_followed_by_one_that_goes_on(source, clerk, monkeypatch):
    people = [stage.participant(number) for number in (1, 2, 3)]
    rows = [stage.row(who, days=50, value="118") for who in people]
    file = stage.previewed(source, stage.csv(*rows), by=clerk)
    storing.confirm(file, None, by=clerk)
    real, done = storing._store_participant, []

    def dies(*arguments):
        if done:
            raise SystemExit
        done.append(arguments[1])
        real(*arguments)

    monkeypatch.setattr(storing, "_store_participant", dies)
    with pytest.raises(SystemExit):
        storing.store_file(file.pk)
    monkeypatch.setattr(storing, "_store_participant", real)
    file.refresh_from_db()
    assert (file.state, [stored(who) for who in people]) == (
        ImportState.STORING,
        [["118 umol/L"], [], []],
    )

    storing.store_file(file.pk)
    storing.store_file(file.pk)

    file.refresh_from_db()
    assert file.counts == {"new": 3, "changed": 0, "unchanged": 0, "refused": 0}
    assert [stored(who) for who in people] == [["118 umol/L"]] * 3


def test_what_somebody_entered_since_the_preview_is_not_overwritten(source, clerk):
    who = stage.participant()
    content = stage.csv(stage.row(who, days=50, value="118"))
    file = stage.previewed(source, content, by=clerk)
    course.row(who, "CRE", {"sample_at": stage.at(50), "value": "99"})

    confirmed(file, clerk)

    assert stored(who) == ["99 umol/L"]
    assert file.counts == {"new": 0, "changed": 0, "unchanged": 0, "refused": 1}
    assert "changed since the preview" in report_of(file).decode()


def test_before_consent_nothing_is_imported(source, clerk):

    with attributed(by=STAGE, via=Source.COMMAND):
        who = Participant.objects.create(number="S-001R", sequence=1)

    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="118")), by=clerk
    )

    assert whys(file) == {2: ["Record the consent first; until then nothing else."]}


def test_the_report_adds_up_and_runs_no_formula(source, clerk):
    who = stage.participant()
    content = stage.csv(
        stage.row(who, days=50, value="118"), stage.row(who, days=49, value="=1+2")
    )
    file = confirmed(stage.previewed(source, content, by=clerk), clerk)

    lines = report_of(file).decode("utf-8-sig").splitlines()

    assert len(lines) == 1 + file.rows
    assert lines[1].startswith(f"2,{who.number},")
    assert not any(cell.startswith("=") for line in lines for cell in line.split(","))


def panel(who, *, days, visit=""):
    """One potassium, with or without the name of the visit."""
    line = stage.row(who, days=days, test="K", value="4.1", unit="mmol/L")
    return stage.csv(f"{line},{visit}", heading=f"{stage.HEADING},visit")


def at_visits(mapping=stage.MAPPING):
    columns = {**mapping.columns, "visit": "visit"}
    words = {**mapping.words, "visit": {"wk1": "D7"}}
    return FileMapping(columns, mapping.date_order, words, mapping.answers)


@pytest.mark.parametrize(
    ("days", "visit", "visit_or_reason"),
    [
        (10, "", "D0"),  # the day of the infusion
        (12, "", "SCR"),  # before randomization
        (3, "", "D7"),  # the day of the visit
        (5, "wk1", "D7"),  # named in the file
        (5, "", "No visit took place on"),
        (5, "wk9", "“wk9” is not among the words of the mapping. Add it there."),
    ],
)
def test_a_panel_finds_its_visit_or_is_refused(
    users, clerk, days, visit, visit_or_reason
):
    source = stage.source(*users[1:], mapping=at_visits())
    who = visits.infused(ago=10)
    visits.attend(who, "D7", ago=3)

    file = stage.previewed(source, panel(who, days=days, visit=visit), by=clerk)
    confirmed(file, clerk)

    stored_visits = [data.visit for data in casebook_of(who).rows("LAB")]
    (row,) = file.lines.all()
    assert stored_visits == [visit_or_reason] or finding_text(
        row.findings[0]
    ).startswith(visit_or_reason)


def test_a_hospital_number_finds_its_person_and_is_not_stored(users, clerk):
    columns = {**stage.MAPPING.columns, "hospital_no": "subject"}
    del columns["participant"]
    mapping = FileMapping(columns, "ymd", stage.MAPPING.words, stage.MAPPING.answers)
    source = stage.source(*users[1:], mapping=mapping)
    who = stage.participant()
    with attributed(by=STAGE, via=Source.COMMAND):
        PersonKey.objects.create(participant=who, digest=hospital_no_digest("ZY 12345"))

    file = stage.previewed(
        source,
        stage.csv(
            stage.row("zy12345", days=50, value="118"),
            stage.row("ZY99999", days=50, value="118"),
        ),
        by=clerk,
    )

    assert file.lines.get(line=2).participant == who
    assert whys(file) == {3: ["Nobody in the trial has this hospital number."]}
    stored_texts = [
        str(row.__dict__) for row in (*file.lines.all(), *Entry.objects.all())
    ]
    assert not any(
        "99999" in text or "zy12345" in text.lower() for text in stored_texts
    )


def test_a_locked_form_refuses_its_line(source, clerk, users):
    who = stage.participant()
    first = stage.csv(stage.row(who, days=50, value="118"))
    confirmed(stage.previewed(source, first, by=clerk), clerk)
    (form,) = course.forms(who, "CRE")
    lock_form(form, by=users[1], reason=Reason("other", "Done"))

    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="121")), by=clerk
    )

    (reason,) = whys(file)[2]
    assert reason.startswith("The form is closed since ")


def test_a_form_locked_after_the_preview_stays_as_it_is(source, clerk, users):
    who = stage.participant()
    first = stage.csv(stage.row(who, days=50, value="118"))
    confirmed(stage.previewed(source, first, by=clerk), clerk)
    file = stage.previewed(
        source, stage.csv(stage.row(who, days=50, value="121")), by=clerk
    )
    (form,) = course.forms(who, "CRE")
    lock_form(form, by=users[1], reason=Reason("other", "Done"))

    confirmed(file, clerk, WHY)

    assert stored(who) == ["118 umol/L"]
    assert file.counts == {"new": 0, "changed": 0, "unchanged": 0, "refused": 1}
