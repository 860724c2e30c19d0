"""Saving a form: what is refused, asked back, stored, and what follows."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.roles import Permission, Role, has
from record.audit.attribution import Process, Reason, Source
from record.audit.models import Entry
from record.capture import save_hooks
from record.capture.models import Autosave
from record.capture.problems import (
    EraseNeeded,
    ExplanationNeeded,
    FormClosed,
    ReasonNeeded,
    SaveRefused,
)
from record.capture.save_hooks import Saved, announce, on_items
from record.capture.services import autosaves
from record.capture.services.autosaves import typed_in
from record.capture.services.forms import restore_row, save, strike_row
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import data_of, row_of
from record.casebook.values import MissingCode
from record.review.models import Query
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, participant, person, sample, secret

pytestmark = pytest.mark.django_db

WHY = Reason("transcription", "misread")


def complete(**values):
    return save(sample(), {**A_SAMPLE, **values}, by=person(), complete=True).form


def value(form, item):
    return data_of(form, row_of(form)).values[item]


def state(form):
    return [
        (q.place, q.state, [s.action for s in q.steps.all()])
        for q in form.queries.all()
    ]


# Refusals.


@pytest.mark.verifies("QRY-01")
def test_every_faulty_item_is_named_and_nothing_is_stored():
    form = sample()

    with pytest.raises(SaveRefused) as refused:
        save(
            form,
            {"weight_kg": "abc", "seen_on": "x", "place": "icu", "zzz": 1},
            by=person(),
        )

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.weight_kg.type",
        "ZZA.seen_on.type",
        "ZZA.zzz.unknown",
    ]
    assert not Sample.objects.exists()


@pytest.mark.parametrize(
    ("item", "entered", "check"),
    [
        ("weight_kg", "24.9", "hard"),
        ("weight_kg", "250.1", "hard"),
        ("creatinine", ("34", "mg/dL"), "hard"),
        ("taken_at", "2199-01-01 10:00", "future"),
        ("began", "2199", "future"),
        ("interrupted", MissingCode.UNKNOWN, "missing"),
    ],
)
def test_the_impossible_is_refused_also_in_a_draft(item, entered, check):
    with pytest.raises(SaveRefused) as refused:
        save(sample(), {item: entered}, by=person())

    assert [f.check_id for f in refused.value.findings] == [f"ZZA.{item}.{check}"]


@pytest.mark.parametrize(("entered", "allowed"), [("25", True), ("250", True)])
def test_the_limits_themselves_are_possible(entered, allowed):
    assert save(sample(), {"weight_kg": entered}, by=person()).form.revision == allowed


def test_required_items_are_asked_for_only_when_completing():
    form = save(sample(), {"weight_kg": "70"}, by=person()).form

    with pytest.raises(SaveRefused) as refused:
        save(form, {}, by=person(), complete=True)

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.taken_at.required",
        "ZZA.creatinine.required",
    ]
    save(
        form,
        A_SAMPLE | {"creatinine": MissingCode.NOT_DONE},
        by=person(),
        complete=True,
    )
    assert FormInstance.objects.get(pk=form.pk).status == FormStatus.COMPLETE


def test_a_link_must_point_at_what_is_there_and_belongs_here():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from record.casebook.services import files

    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    foreign = files.store(sample(2), "report", upload, by=person())

    with pytest.raises(SaveRefused) as refused:
        save(sample(), {"by": 10**9, "report": foreign}, by=person())

    assert [f.check_id for f in refused.value.findings] == [
        "ZZA.by.link",
        "ZZA.report.link",
    ]


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_enter_forms_save_them(role):
    form, user = sample(), person(role.value)

    if has(role, Permission.ENTER_CRF):
        assert save(form, {"weight_kg": "70"}, by=user).form.revision == 1
    else:
        with pytest.raises(PermissionDenied):
            save(form, {"weight_kg": "abc"}, by=user)


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_enter_products_save_a_sealed_form(role):
    form, user = secret(), person(role.value)

    if has(role, Permission.ENTER_PRODUCT):
        assert save(form, {"product": "ward"}, by=user).form.revision == 1
    else:
        with pytest.raises(PermissionDenied):
            save(form, {"product": "ward"}, by=user)


def test_a_judged_item_takes_an_investigator():
    with pytest.raises(PermissionDenied):
        save(sample(), {"grade": "2"}, by=person("CO"))
    form = save(sample(), {"grade": "2"}, by=person("IN")).form

    saved = save(form, {"grade": "2", "weight_kg": "70"}, by=person("CO"))
    assert saved.changed == {"weight_kg"}


def test_more_text_than_a_sealed_form_keeps_is_refused():
    why = {"cells": Reason("other", "很" * 9000)}
    form = save(
        secret(), {"cells": "1", "product": "icu"}, by=person("UP"), complete=True
    ).form

    with pytest.raises(SaveRefused):
        save(form, {"cells": "2"}, by=person("UP"), reasons=why)


# Double submits and reasons.


def test_a_double_submit_changes_nothing():
    form = complete()
    entries = Entry.objects.count()

    saved = save(form, A_SAMPLE, by=person(), based_on=0, complete=True)

    assert (saved.form.revision, saved.changed) == (1, frozenset())
    assert Entry.objects.count() == entries


@pytest.mark.verifies("AUD-05")
def test_a_draft_takes_no_reasons_a_form_once_complete_does():
    form = save(sample(), A_SAMPLE | {"weight_kg": "70"}, by=person()).form
    save(form, {"weight_kg": "71"}, by=person())
    save(form, {}, by=person(), complete=True)

    with pytest.raises(ReasonNeeded) as needed:
        save(
            form,
            {"weight_kg": "72", "interrupted": "N", "place": "icu"},
            by=person(),
            complete=False,
        )
    assert needed.value.items == ["weight_kg"]
    for half in (Reason("", "words"), Reason("other", "  ")):
        with pytest.raises(ReasonNeeded):
            save(form, {"weight_kg": "72"}, by=person(), reasons={"weight_kg": half})

    save(
        form,
        {"weight_kg": "72", "place": "icu"},
        by=person(),
        reasons={"weight_kg": WHY},
    )
    entry = Entry.objects.filter(table_name="sample_room_sample").last()
    assert entry.reasons == {"weight_kg": vars(WHY)}


# Skip logic.


def test_what_an_answer_hides_is_erased_only_knowingly():
    form = save(sample(), {"interrupted": "Y", "reason": "alarm"}, by=person()).form

    with pytest.raises(EraseNeeded) as needed:
        save(form, {"interrupted": "N"}, by=person())
    assert needed.value.items == ["reason"]
    assert value(form, "reason") == "alarm"

    save(form, {"interrupted": "N"}, by=person(), erase=True)
    last = Entry.objects.filter(table_name="sample_room_sample").last()
    assert value(form, "reason") is None
    assert last.changes == {"interrupted": ["Y", "N"], "reason": ["alarm", None]}


def test_an_erased_value_of_a_complete_form_takes_a_reason():
    form = complete(interrupted="Y", reason="alarm")
    why = {"interrupted": WHY}

    with pytest.raises(ReasonNeeded) as needed:
        save(form, {"interrupted": "N"}, by=person(), erase=True, reasons=why)

    assert needed.value.items == ["reason"]


def test_a_hidden_item_takes_no_value():
    form = save(sample(), {"interrupted": "N", "reason": "alarm"}, by=person()).form

    assert value(form, "reason") is None


# Soft checks.


@pytest.mark.verifies("QRY-01", "AUD-12")
def test_the_improbable_is_kept_with_an_explanation():
    form = sample()
    with pytest.raises(ExplanationNeeded) as needed:
        save(form, A_SAMPLE | {"weight_kg": "130"}, by=person(), complete=True)
    assert [f.check_id for f in needed.value.findings] == ["ZZA.weight_kg.soft"]

    save(
        form,
        A_SAMPLE | {"weight_kg": "130"},
        by=person(),
        complete=True,
        explanations={"ZZA.weight_kg.soft": "obese"},
    )

    (query,) = form.queries.all()
    assert state(form) == [
        (("weight_kg", "ZZA.weight_kg.soft"), "answered", ["raised", "answered"])
    ]
    assert [(step.text, step.by) for step in query.steps.all()] == [
        ("130 is unusual (expected 40 to 120 kg).", None),
        ("obese", person()),
    ]


def test_a_draft_asks_for_no_explanation_and_raises_no_query():
    form = save(sample(), {"weight_kg": "130"}, by=person()).form

    assert state(form) == []


@pytest.mark.parametrize("via", [Source.IMPORT, Source.TASK])
def test_another_way_in_raises_an_open_query(via):
    form = save(
        sample(),
        A_SAMPLE | {"weight_kg": "130"},
        by=Process("laboratory"),
        via=via,
        complete=True,
    ).form

    assert [row[1:] for row in state(form)] == [("open", ["raised"])]


@pytest.mark.verifies("QRY-05")
def test_a_corrected_value_closes_its_query_and_a_wrong_one_reopens_it():
    form = complete(place="icu")
    why = {"weight_kg": WHY}
    explain = {"ZZA-01": "measured twice"}

    save(form, {"weight_kg": "95"}, by=person(), explanations=explain)
    save(form, {"weight_kg": "80"}, by=person(), reasons=why)
    with pytest.raises(ExplanationNeeded):
        save(form, {"weight_kg": "96"}, by=person(), reasons=why)
    save(form, {"weight_kg": "96"}, by=person(), reasons=why, explanations=explain)
    save(form, {"weight_kg": "97"}, by=Process("lab"), via=Source.IMPORT, reasons=why)

    assert state(form) == [
        (
            ("weight_kg", "ZZA-01"),
            "open",
            ["raised", "answered", "closed", "reopened", "answered", "reopened"],
        )
    ]


def test_an_accepted_value_is_not_asked_about_again_until_it_changes():
    from record.review import services as review

    form = complete(place="icu", seen_on="2026-01-01")
    explain, why = {"ZZA-01": "measured twice"}, {"weight_kg": WHY}
    save(form, {"weight_kg": "95"}, by=person(), explanations=explain)
    review.close_query(Query.objects.get(), "accepted", by=person("MO"))

    save(form, {"seen_on": "2026-01-02"}, by=person(), reasons={"seen_on": WHY})
    assert state(form)[0][1] == "closed"

    with pytest.raises(ExplanationNeeded):
        save(form, {"weight_kg": "99"}, by=person(), reasons=why)
    save(form, {"weight_kg": "80"}, by=person(), reasons=why)
    save(form, {"weight_kg": "99"}, by=person(), reasons=why, explanations=explain)
    assert state(form)[0][1:] == (
        "answered",
        ["raised", "answered", "closed", "closed", "reopened", "answered"],
    )


def test_an_explanation_too_long_to_keep_is_refused():
    with pytest.raises(SaveRefused):
        save(
            sample(),
            A_SAMPLE | {"weight_kg": "130"},
            by=person(),
            complete=True,
            explanations={"ZZA.weight_kg.soft": "x" * 1001},
        )


# Consequences.


@pytest.fixture
def hooks(monkeypatch):
    listed = save_hooks.Hooks({}, {})
    monkeypatch.setattr(save_hooks, "hooks", lambda: listed)
    return listed


def test_consequences_follow_in_the_order_in_which_they_are_listed(hooks):
    called = []

    def weighed(saved: Saved) -> None:
        called.append(("weighed", saved.before.get("weight_kg"), saved.data.revision))

    def anything(saved: Saved) -> None:
        seen = saved.casebook.value("ZZA", "weight_kg")
        called.append(("anything", sorted(saved.changed), seen))

    def other(saved: Saved) -> None:
        called.append("never")

    hooks.on_save["ZZA"] = (on_items("weight_kg", weighed), on_items(anything))
    hooks.on_save["ZZB"] = (on_items(other),)

    form = save(sample(), {"weight_kg": "70"}, by=person()).form
    save(form, {"place": "icu"}, by=person())

    assert called == [
        ("weighed", None, 1),
        ("anything", ["weight_kg"], 70),
        ("anything", ["place"], 70),
    ]


def test_a_consequence_that_fails_stores_nothing(hooks):
    def fail(saved: Saved) -> None:
        raise RuntimeError

    hooks.on_save["ZZA"] = (on_items(fail),)
    form = sample()
    entries = Entry.objects.count()
    autosaves.keep(form, {"weight_kg": ["7"]}, based_on=0, author=person())

    with pytest.raises(RuntimeError):
        save(form, A_SAMPLE, by=person(), complete=True)

    form.refresh_from_db()
    assert (form.revision, form.status) == (0, FormStatus.NOT_STARTED)
    assert (Sample.objects.count(), Autosave.objects.count()) == (0, 1)
    assert Entry.objects.exclude(table_name="accounts_user").count() == entries


def test_an_event_reaches_its_followers_only(hooks):
    heard = []
    hooks.on_event[int] = (lambda event, by, via: heard.append((event, by.name, via)),)
    hooks.on_event[str] = (lambda event, by, via: heard.append("never"),)

    announce(7, by=Process("one"), via=Source.TASK)

    assert heard == [(7, "one", Source.TASK)]


# Autosaved typing.


def test_typing_is_kept_for_each_author_and_gone_after_the_save():
    form, other = sample(), person("CO", "the-other")
    autosaves.keep(form, {"weight_kg": ["7"]}, based_on=0, author=person())
    autosaves.keep(form, {"weight_kg": ["70"]}, based_on=0, author=person())
    autosaves.keep(form, {"reason": ["theirs"]}, based_on=0, author=other)

    mine = autosaves.of(form, person())
    assert typed_in(mine) == {"weight_kg": ["70"]}
    assert "weight_kg" not in mine.sealed
    assert [a.author for a in autosaves.others_at_work(form, person())] == [other]

    save(form, {"weight_kg": "70"}, by=person())
    assert autosaves.of(form, person()) is None
    assert typed_in(autosaves.of(form, other)) == {"reason": ["theirs"]}


# Rows.


@pytest.mark.verifies("AUD-06")
def test_a_struck_row_keeps_its_values_and_takes_no_more():
    form = complete()
    strike_row(form, by=person(), reason=WHY, via=Source.PAGE)

    with pytest.raises(FormClosed):
        save(form, {"weight_kg": "70"}, by=person())
    entry = Entry.objects.filter(table_name="casebook_forminstance").last()
    assert (list(entry.changes), entry.reasons) == (["struck_at"], {"": vars(WHY)})
    assert Sample.objects.filter(form=form).exists()

    restore_row(form, by=person(), reason=WHY, via=Source.PAGE)
    assert save(form, {"weight_kg": "70"}, by=person()).form.revision == 2
    assert participant().forms.count() == 1
