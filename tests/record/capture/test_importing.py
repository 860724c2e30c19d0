"""Rows of a file or a clipboard: planned, refused, stored."""

from decimal import Decimal
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.planning import RowState, by_items, plan, source_row
from record.capture.problems import ReasonNeeded
from record.capture.services.forms import save
from record.capture.services.planned_rows import NotApplied, store
from record.casebook.catalogue import design
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from record.casebook.values import Quantity
from record.review.services import lock_form
from tests.outcomes import course
from tests.people import STAGE, person
from visits.laboratory.services import register_laboratory

pytestmark = pytest.mark.django_db

KEY = by_items("sample_at")
ORIGIN = Reason("import", "laboratory import 1.0, july.csv")
NEW_SOURCE = Reason("new_source", "Corrected by the laboratory")
NEW, CHANGED = RowState.NEW, RowState.CHANGED
UNCHANGED, REFUSED = RowState.UNCHANGED, RowState.REFUSED


@pytest.fixture
def who():
    return course.participant()


@pytest.fixture
def laboratory():
    return register_laboratory("CENTRAL", "Central laboratory", by=STAGE)


@pytest.fixture
def rows(laboratory):
    """Return a maker of rows of the creatinine log: one for each value."""

    def make(*values, unit="umol/L"):
        return [
            source_row(
                design("CRE"),
                line,
                {
                    "sample_at": course.days_ago(50 - line),
                    "value": (value, unit),
                    "place": "ward",
                    "laboratory": laboratory.pk,
                    "routine_care": "Y",
                },
            )
            for line, value in enumerate(values, 2)
        ]

    return make


def planned(who, rows, by=STAGE):
    return plan(who, "CRE", rows, key=KEY, by=by)


def apply(found, *, by=STAGE, reason=None, origin=None):
    """Store what was planned as the import of a file does: planned anew, locked."""
    with attributed(by=by, via=Source.IMPORT, reason=origin):
        who = form_instances.lock(found.participant)
        sources = [row.source for row in found.rows]
        fresh = plan(who, found.code, sources, key=found.key, by=by)
        return store(fresh, by=by, reason=reason, origin=origin)


def states(found):
    return [row.state for row in found.rows]


def stored(who):
    return [str(data.get("value")) for data in casebook_of(who).rows("CRE")]


def checks(row):
    return [finding.check_id for finding in row.findings]


def test_planning_tells_new_changed_unchanged_and_refused_and_stores_nothing(who, rows):
    first = rows("100", "110")
    apply(planned(who, first))
    before = Entry.objects.count()

    found = planned(who, rows("100", "115", "12o", "5000", "120"))

    assert states(found) == [UNCHANGED, CHANGED, REFUSED, REFUSED, NEW]
    old, new = found.rows[1].changes["value"]
    assert (str(old), str(new)) == ("110 umol/L", "115 umol/L")
    assert [checks(row) for row in found.rows[2:]] == [
        ["CRE.value.type"],
        ["CRE.value.hard"],
        [],
    ]
    assert Entry.objects.count() == before


@pytest.mark.verifies("QRY-08")
def test_the_original_unit_stays_beside_the_standard_value(who, rows):
    apply(planned(who, rows("1.2", unit="mg/dL")))

    (data,) = casebook_of(who).rows("CRE")
    assert data.get("value") == Quantity(Decimal("1.2"), "mg/dL", Decimal("106.08"))


def test_an_unknown_unit_is_refused(who, rows):
    (row,) = planned(who, rows("1.2", unit="mmol/L")).rows

    assert (row.state, checks(row)) == (REFUSED, ["CRE.value.type"])


def test_a_row_goes_through_all_checks_of_the_page(who, laboratory):
    at = str(course.day(3))
    values = {"sample_at": at, "value": ("90", "umol/L"), "place": "ward"}
    (row,) = planned(
        who, [source_row(design("CRE"), 2, {**values, "laboratory": laboratory.pk})]
    ).rows
    (other,) = planned(
        who, [source_row(design("CRE"), 2, {**values, "laboratory": 99})]
    ).rows

    assert checks(row) == ["CRE-01"]  # our own laboratory tells the time
    assert checks(other) == ["CRE.laboratory.link"]


def test_a_row_with_all_that_is_needed_is_complete_and_else_a_draft(who, rows):
    whole, part = rows("100", "110")
    part = source_row(design("CRE"), part.line, {**part.values, "place": ""})

    found = planned(who, [whole, part])
    apply(found)

    assert [row.pending for row in found.rows] == [(), ("place",)]
    forms = course.forms(who, "CRE")
    assert [form.status for form in forms] == ["complete", "draft"]


@pytest.mark.verifies("AUD-11", "QRY-08")
def test_stored_values_name_the_person_the_way_and_the_source(who, rows):
    clerk = person("CO")

    apply(planned(who, rows("100"), by=clerk), by=clerk, origin=ORIGIN)

    form = course.forms(who, "CRE")[0]
    entries = Entry.objects.filter(form_id=form.pk)
    assert {(e.actor, e.role, e.via) for e in entries} == {("co", "CO", "import")}
    assert all(e.reasons[""] == vars(ORIGIN) for e in entries)


def test_a_change_of_a_complete_value_needs_a_reason_and_tells_the_source(who, rows):
    apply(planned(who, rows("100")))
    changed = planned(who, rows("105"))

    with pytest.raises(NotApplied) as problem:
        apply(changed)
    assert isinstance(problem.value.problem, ReasonNeeded)
    assert stored(who) == ["100 umol/L"]

    apply(changed, reason=NEW_SOURCE, origin=ORIGIN)
    assert stored(who) == ["105 umol/L"]
    last = Entry.objects.filter(table_name="visits_creatinine").latest("id")
    text = "Corrected by the laboratory [laboratory import 1.0, july.csv]"
    assert last.reasons["value"] == {"code": "new_source", "text": text}


def test_a_plan_applied_twice_stores_once(who, rows):
    found = planned(who, rows("100", "110"))

    apply(found)
    again = apply(found)

    assert again == []
    assert stored(who) == ["100 umol/L", "110 umol/L"]


def test_lines_at_odds_are_both_refused_and_lines_alike_count_once(who, rows):
    one, two = rows("100", "110")
    odd = source_row(design("CRE"), 9, {**one.values, "value": ("104", "umol/L")})
    alike = source_row(design("CRE"), 10, two.values)

    found = planned(who, [one, two, odd, alike])

    assert states(found) == [REFUSED, NEW, REFUSED, UNCHANGED]
    assert [dict(r.findings[0].details) for r in found.of(REFUSED)] == [
        {"lines": "9"},
        {"lines": "2"},
    ]


def test_two_fitting_rows_of_the_record_are_for_people_to_sort_out(who, rows):
    (row,) = rows("100")
    for _twice in range(2):
        form = course.row(who, "CRE", {"sample_at": row.values["sample_at"]})
    assert form.occurrence == 2

    assert states(planned(who, [row])) == [REFUSED]


def test_a_locked_row_refuses_a_change_and_takes_the_same_value(who, rows):
    apply(planned(who, rows("100")))
    (form,) = course.forms(who, "CRE")
    lock_form(form, by=person("DM"), reason=Reason("other", "Done"))

    assert states(planned(who, rows("100"))) == [UNCHANGED]
    (row,) = planned(who, rows("105")).rows
    assert row.state == REFUSED
    assert "closed since" in row.findings[0].message


def test_an_improbable_value_is_told_and_its_query_is_born_open(who, rows):
    found = planned(who, rows("2000"))
    assert (states(found), checks(found.rows[0])) == ([NEW], ["CRE.value.soft"])

    apply(found)

    (query,) = course.forms(who, "CRE")[0].queries.all()
    assert query.state == "open"


def test_who_may_not_enter_the_form_plans_nothing(who, rows):
    with pytest.raises(PermissionDenied):
        planned(who, rows("100"), by=person("MO"))


def test_a_panel_goes_into_the_sheet_that_waits_at_the_visit(who, laboratory):
    at = course.days_ago(90)
    waiting = course.enter(who, "LAB", {}, visit="D7")

    def panel(line, hours, **values):
        when = course.days_ago(90 - hours / 24)
        items = {"sampled_at": when, "laboratory": laboratory.pk, **values}
        return source_row(design("LAB"), line, items, visit="D7")

    found = plan(
        who,
        "LAB",
        [panel(2, 0, potassium=("4.1", "mmol/L")), panel(3, 5, sodium="140")],
        key=by_items("sampled_at"),
        by=STAGE,
    )
    apply(found)

    panels = FormInstance.objects.filter(participant=who, code="LAB", visit="D7")
    assert [form.occurrence for form in panels] == [1, 2]
    assert panels[0].pk == waiting.pk
    form_data = casebook_of(who).rows("LAB")
    assert form_data[0].get("sampled_at") == at


def test_a_second_file_fills_what_was_empty_in_a_panel(who, laboratory):
    sampling = {"sampled_at": course.days_ago(90), "laboratory": laboratory.pk}

    def panel(**values):
        row = source_row(design("LAB"), 2, {**sampling, **values}, visit="D7")
        key = by_items("sampled_at")
        return plan(who, "LAB", [row], key=key, by=STAGE)

    apply(panel(potassium="4.1"))
    found = panel(sodium="140")
    apply(found)

    assert states(found) == [NEW]
    (data,) = casebook_of(who).rows("LAB")
    assert (str(data.get("potassium")), str(data.get("sodium"))) == (
        "4.1 mmol/L",
        "140 mmol/L",
    )


def test_planning_takes_as_many_statements_for_two_rows_as_for_twenty(
    who, rows, django_assert_max_num_queries
):
    counts = []
    for number in (2, 20):
        with django_assert_max_num_queries(60) as statements:
            planned(who, rows(*map(str, range(100, 100 + number))))
        counts.append(len(statements.captured_queries))

    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_store_each_row_once(rows):
    who = course.participant()
    found = planned(who, rows("100", "110"))

    def store_all():
        try:
            apply(found)
        finally:
            connection.close()

    both = [Thread(target=store_all) for _two in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert stored(who) == ["100 umol/L", "110 umol/L"]


def test_a_value_of_the_form_that_no_column_names_stays(who, rows):
    (row,) = rows("100")
    apply(planned(who, [row]))
    (form,) = course.forms(who, "CRE")
    save(
        form,
        {"routine_care": "N"},
        by=STAGE,
        via=Source.COMMAND,
        reasons={"routine_care": NEW_SOURCE},
    )
    without = {k: v for k, v in row.values.items() if k != "routine_care"}

    assert states(planned(who, [source_row(design("CRE"), 2, without)])) == [UNCHANGED]
