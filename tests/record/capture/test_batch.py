"""Several rows of a log saved at once: all of them, or none."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from record.audit.attribution import Reason
from record.audit.models import Entry as AuditEntry
from record.capture.entries import form_entry
from record.capture.problems import (
    Conflict,
    ExplanationNeeded,
    ReasonNeeded,
    SaveRefused,
)
from record.capture.services import check_log as firing
from record.capture.services.rows import (
    IDLE,
    RowEntry,
    RowsNotSaved,
    RowStrike,
    save_rows,
)
from record.casebook import catalogue
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import data_of, row_of
from record.casebook.values import MissingCode
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db
WHY = Reason("transcription", "misread")
TWICE = Reason("entered_twice", "the same sample")
HOME = {"catheter": "N"}


def collection_of(hour: int, ml: object = 300) -> dict[str, object]:
    """Urine of one hour of the day before yesterday."""
    on = stage.day(2)
    times = {"start_at": f"{on} {hour:02}:00", "end_at": f"{on} {hour + 1:02}:00"}
    return {**times, "volume_ml": ml, **HOME}


def entered(values, code="URI", **how):
    return form_entry(catalogue.design(code), values, **how)


def new(key, values, code="URI", **more):
    return RowEntry(key, entered(values, code, complete=True, **more))


def rows_of(someone):
    forms = FormInstance.objects.filter(participant=someone, code="URI")
    return [
        (f.occurrence, f.status, f.revision, bool(f.struck_at))
        for f in forms.order_by("occurrence")
    ]


@pytest.mark.verifies("AUD-01")
def test_new_changed_and_struck_rows_are_stored_as_one_act():
    someone, coordinator = stage.participant(), person("CO")
    first, second = save_rows(
        someone,
        "URI",
        [new("n1", collection_of(1)), new("n2", collection_of(2))],
        by=coordinator,
    )

    changed = entered({"volume_ml": "310"}, based_on=1, reasons={"volume_ml": WHY})
    saved = save_rows(
        someone,
        "URI",
        [
            new("n1", collection_of(3)),
            RowEntry("r1", changed, first.form),
            RowStrike("r2", second.form, TWICE),
        ],
        by=coordinator,
    )

    assert [one.form.occurrence for one in saved] == [3, 1]
    assert rows_of(someone) == [
        (1, "complete", 2, False),
        (2, "complete", 1, True),
        (3, "complete", 1, False),
    ]


@pytest.mark.verifies("AUD-12")
def test_every_row_in_the_way_is_told_and_nothing_is_stored():
    someone, coordinator = stage.participant(), person("CO")
    row = stage.row(someone, "URI", collection_of(1))

    with pytest.raises(RowsNotSaved) as refused:
        save_rows(
            someone,
            "URI",
            [
                new("n1", collection_of(3)),
                new("n2", collection_of(4, 11_000)),
                new("n3", collection_of(5, 2_500)),
                RowEntry("r1", entered({"end_at": "2020-01-01 00:00"}), row),
            ],
            by=coordinator,
            known_problems={"n9": SaveRefused([])},
        )

    kinds = {key: type(one) for key, one in refused.value.problems.items()}
    assert kinds == {
        "n9": SaveRefused,
        "n2": SaveRefused,
        "n3": ExplanationNeeded,
        "r1": SaveRefused,
    }
    assert rows_of(someone) == [(1, "draft", 1, False)]
    noted = AuditEntry.objects.filter(act=firing.ACT).order_by("id")
    fired = [
        (one.form_id, one.changes["findings"][0]["check"])
        for one in noted
        if one.form_id in (None, row.pk) and one.actor == "co"
    ]
    assert fired == [
        (None, "URI.volume_ml.hard"),
        (None, "URI.volume_ml.soft"),
        (row.pk, "URI-01"),
    ]


def test_a_row_counts_with_those_before_it_in_the_same_act():
    someone = stage.participant()
    overlapping = {**collection_of(1), "end_at": f"{stage.day(2)} 02:30"}

    with pytest.raises(RowsNotSaved) as refused:
        save_rows(
            someone,
            "URI",
            [new("n1", collection_of(2)), new("n2", overlapping)],
            by=person("CO"),
        )

    (finding,) = refused.value.problems["n2"].findings
    assert (list(refused.value.problems), finding.check_id) == (["n2"], "URI-04")


def test_reasons_and_conflicts_are_asked_row_by_row():
    someone, coordinator = stage.participant(), person("CO")
    one, two = save_rows(
        someone,
        "URI",
        [new("n1", collection_of(1)), new("n2", collection_of(2))],
        by=coordinator,
    )
    again = entered({"volume_ml": "310"}, based_on=1, reasons={"volume_ml": WHY})
    save_rows(someone, "URI", [RowEntry("r1", again, one.form)], by=coordinator)

    mine = entered({"volume_ml": "320"}, based_on=1, reasons={"volume_ml": WHY})
    unreasoned = entered({"volume_ml": "330"}, based_on=1)
    with pytest.raises(RowsNotSaved) as refused:
        save_rows(
            someone,
            "URI",
            [RowEntry("r1", mine, one.form), RowEntry("r2", unreasoned, two.form)],
            by=coordinator,
        )

    problems = refused.value.problems
    assert [type(problems[key]) for key in ("r1", "r2")] == [Conflict, ReasonNeeded]
    assert problems["r2"].items == ["volume_ml"]


def test_what_does_not_apply_is_refused_instead_of_dropped():
    someone = stage.participant()
    stay = {
        "kind": "hospital",
        "hospital": "ours",
        "hospital_name": "Elsewhere",
        "in_at": f"{stage.day(3)} 08:00",
        "admission_type": "index",
        "reason": "Sepsis",
    }

    with pytest.raises(RowsNotSaved) as refused:
        save_rows(someone, "STY", [new("n1", stay, "STY")], by=person("CO"))

    (finding,) = refused.value.problems["n1"].findings
    assert (finding.check_id, finding.message) == ("STY.hospital_name.idle", IDLE)
    assert not FormInstance.objects.filter(participant=someone, code="STY").exists()


def test_the_same_act_sent_twice_adds_a_row_once():
    someone, coordinator, key = stage.participant(), person("CO"), uuid4()
    entry = entered(collection_of(1), based_on=0, complete=True)
    change = RowEntry("n1", entry, client_key=key)

    for _time in range(2):
        save_rows(someone, "URI", [change], by=coordinator)

    assert rows_of(someone) == [(1, FormStatus.COMPLETE, 1, False)]


def test_a_row_may_stay_a_draft_and_hold_a_missing_code():
    someone = stage.participant()
    values = {**collection_of(1), "volume_ml": MissingCode.UNKNOWN, "catheter": ""}

    (saved,) = save_rows(
        someone, "URI", [RowEntry("n1", entered(values))], by=person("CO")
    )

    data = data_of(saved.form, row_of(saved.form))
    assert saved.form.status == FormStatus.DRAFT
    assert data.values["volume_ml"] is MissingCode.UNKNOWN


def test_a_role_that_enters_no_such_rows_is_refused():
    with pytest.raises(PermissionDenied):
        save_rows(stage.participant(), "URI", [], by=person("MO"))
