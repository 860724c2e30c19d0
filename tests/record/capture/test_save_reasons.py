"""Saving a form again: reasons, erased answers, rows struck out, typing kept."""

from uuid import UUID

import pytest

from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.entries import form_entry
from record.capture.problems import (
    EraseNeeded,
    FormClosed,
    ReasonNeeded,
)
from record.capture.services import autosaves
from record.capture.services.autosaves import typed_in
from record.capture.services.form_status import restore_row, strike_row
from record.capture.services.forms import save, save_entry
from record.casebook.catalogue import design
from tests.people import STAGE
from tests.record.capture.saving import WHY, complete, value
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, participant, person, sample

pytestmark = pytest.mark.django_db


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


def test_typing_is_kept_for_each_author_and_page_and_gone_after_its_save():
    form, me, other = sample(), person(), person("CO", "the-other")
    first, second = UUID(int=1), UUID(int=2)
    for author, page_load, typed in (
        (me, first, {"weight_kg": ["7"]}),
        (me, first, {"weight_kg": ["70"]}),
        (me, second, {"weight_kg": ["71"]}),
        (other, first, {"reason": ["theirs"]}),
        (other, second, {"reason": ["theirs, again"]}),
    ):
        autosaves.keep(form, typed, page_load=page_load, based_on=0, author=author)

    mine = autosaves.of(form, me)
    others = autosaves.others_at_work(form, me)
    entry = form_entry(design("ZZA"), {"weight_kg": "70"}, page_load=first)
    save_entry(form, entry, by=me, via=Source.PAGE)

    assert list(map(typed_in, mine)) == [{"weight_kg": ["71"]}, {"weight_kg": ["70"]}]
    assert not any("weight_kg" in kept.sealed for kept in mine)
    assert [(kept.author, kept.page_load) for kept in others] == [(other, first)]
    assert [kept.page_load for kept in autosaves.of(form, me)] == [second]
    assert len(autosaves.of(form, other)) == 2


def test_a_save_from_elsewhere_discards_no_typing():
    form, me = sample(), person()
    typed = {"weight_kg": ["7"]}
    autosaves.keep(form, typed, page_load=UUID(int=1), based_on=0, author=me)

    save(form, {"weight_kg": "70"}, by=me)

    assert list(map(typed_in, autosaves.of(form, me))) == [typed]


def test_nobody_whose_account_is_closed_is_shown_as_typing():
    form, other = sample(), person("CO", "the-other")
    typed = {"weight_kg": ["7"]}
    autosaves.keep(form, typed, page_load=UUID(int=1), based_on=0, author=other)
    with attributed(by=STAGE, via=Source.COMMAND):
        other.is_active = False
        other.save()

    assert autosaves.others_at_work(form, person()) == []


@pytest.mark.verifies("AUD-06")
def test_a_struck_row_keeps_its_values_and_takes_no_more():
    form = complete()
    strike_row(form, by=STAGE, reason=WHY, via=Source.COMMAND)

    with pytest.raises(FormClosed):
        save(form, {"weight_kg": "70"}, by=person())
    entry = Entry.objects.filter(table_name="casebook_forminstance").last()
    assert (list(entry.changes), entry.reasons) == (["struck_at"], {"": vars(WHY)})
    assert Sample.objects.filter(form=form).exists()

    restore_row(form, by=STAGE, reason=WHY, via=Source.COMMAND)
    assert save(form, {"weight_kg": "70"}, by=person()).form.revision == 2
    assert participant().forms.count() == 1
