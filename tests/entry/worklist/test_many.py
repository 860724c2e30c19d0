"""My work of many: the first lines of a kind, and one that counts the others."""

from datetime import timedelta

import pytest

from entry.worklist.selectors import forms, visits
from entry.worklist.selectors.work import totals
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance
from record.review.services import raise_query
from tests.people import person
from tests.visits import stage
from trial_edc import clock

pytestmark = pytest.mark.django_db
RECIPIENT = {"recipient": "participant", "message_language": "en"}


@pytest.mark.parametrize(("limit", "listed", "more"), [(6, 6, 0), (5, 5, 1)])
def test_what_is_not_listed_is_counted(monkeypatch, limit, listed, more):
    for number in (1, 2, 3):
        stage.randomized(number, ago=3)  # screening and day 0 are overdue
    monkeypatch.setattr(visits, "MAX_PER_KIND", limit)

    items = [item for item in visits.visits_due(person("CO")) if item.is_late]

    one_by_one = [item for item in items if item.participant]
    others = [item.count for item in items if not item.participant]
    assert (len(one_by_one), sum(others)) == (listed, more)
    assert totals(items) == {"all": 6, "overdue": 6, "due": 0}


@pytest.mark.parametrize(
    ("role", "source"),
    [
        ("CO", forms.drafts),
        ("CO", forms.queries_to_answer),
        ("CO", forms.events_to_record),
        ("IN", forms.forms_to_sign),
    ],
)
def test_of_forms_and_queries_too(monkeypatch, role, source):
    user, monitor = person(role), person("MO")
    for number in (1, 2, 3):
        someone = stage.infused(number, ago=20)
        stage.enter(someone, "DTH", {"death_on": stage.days_ago(1).date().isoformat()})
        form = stage.enter(someone, "VIT", {"weight_kg": "70"}, "D7")
        raise_query(form, "weight_kg", "Sure?", by=monitor)
    if source is forms.forms_to_sign:
        with attributed(by=monitor, via=Source.PAGE):
            FormInstance.objects.filter(code="DTH").update(status="complete")
    everything = list(source(user))

    monkeypatch.setattr(forms, "MAX_PER_KIND", len(everything) - 1)
    items = list(source(user))

    assert len(everything) > 2
    assert items[:-1] == everything[:-1]
    assert (items[-1].participant, items[-1].count) == ("", 1)


def test_who_is_told_in_the_ward_comes_in_parts(monkeypatch):
    contact = {"kind": "contact", "decision": "given", "decided_at": stage.days_ago(20)}
    for number in (1, 2, 3):
        someone = stage.infused(number, ago=20)
        stage.row(someone, "CNS", {**contact, "channel": ["sms"], **RECIPIENT})
        at = clock.now() + timedelta(days=1)
        stage.enter(someone, "VIS", {"appointment_at": at}, "D28")
    nurse = person("BN")
    everybody = list(visits.people_to_inform_in_ward(nurse))

    monkeypatch.setattr(visits, "MAX_PER_KIND", 2)
    first = list(visits.people_to_inform_in_ward(nurse))

    assert len(everybody) == 3
    assert first[:2] == everybody[:2]
    assert [item.text for item in first[2:]] == ["More follow when these are done"]
