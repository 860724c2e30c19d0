"""What follows from a save or an event: in the listed order, or nothing is stored."""

from uuid import UUID

import pytest

from record.audit import events
from record.audit.attribution import Process, Source
from record.audit.events import announce
from record.audit.models import Entry
from record.capture import save_hooks
from record.capture.models import Autosave
from record.capture.save_hooks import Saved, on_items
from record.capture.services import autosaves
from record.capture.services.forms import save
from record.casebook.models import FormStatus
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def hooks(monkeypatch):
    listed = {}
    monkeypatch.setattr(save_hooks, "save_hooks", lambda: listed)
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

    hooks["ZZA"] = (on_items("weight_kg", weighed), on_items(anything))
    hooks["ZZB"] = (on_items(other),)

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

    hooks["ZZA"] = (on_items(fail),)
    form = sample()
    entries = Entry.objects.count()
    autosaves.keep(
        form,
        {"weight_kg": ["7"]},
        page_load=UUID(int=1),
        based_on=0,
        author=person(),
    )

    with pytest.raises(RuntimeError):
        save(form, A_SAMPLE, by=person(), complete=True)

    form.refresh_from_db()
    assert (form.revision, form.status) == (0, FormStatus.NOT_STARTED)
    assert (Sample.objects.count(), Autosave.objects.count()) == (0, 1)
    assert Entry.objects.exclude(table_name="accounts_user").count() == entries


def test_an_event_reaches_its_followers_only(monkeypatch):
    heard = []
    listed = {
        int: (lambda event, by, via: heard.append((event, by.name, via)),),
        str: (lambda event, by, via: heard.append("never"),),
    }
    monkeypatch.setattr(events, "event_hooks", lambda: listed)

    announce(7, by=Process("one"), via=Source.TASK)

    assert heard == [(7, "one", Source.TASK)]
