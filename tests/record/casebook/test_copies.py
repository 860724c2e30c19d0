"""Copies of what the forms say: a difference is named, told and mended."""

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import ParticipantStanding
from record.casebook.services import copies
from record.notices.models import Message
from record.notices.tasks import watch_copies
from tests.people import person
from tests.visits import stage
from visits.models import VisitOutlook

pytestmark = pytest.mark.django_db
NIGHTLY = "copies_differ"


@pytest.fixture
def someone():
    return stage.infused(ago=9)


def altered() -> None:
    ParticipantStanding.objects.update(status="died")
    VisitOutlook.objects.filter(visit="D7").update(on_record=True)


def test_nothing_differs_after_what_people_did(someone, capsys):
    call_command("check_copies")

    assert capsys.readouterr().out == "Lists show what the forms say.\n"


def test_each_difference_is_named_and_mended_on_request(someone):
    altered()

    with pytest.raises(CommandError) as first:
        call_command("check_copies")
    with pytest.raises(CommandError) as second:
        call_command("check_copies", mend=True)
    call_command("check_copies")

    pk = someone.pk
    named = [
        f"ParticipantStanding ({pk},): {{'status': ('died', 'infused')}}",
        f"VisitOutlook ({pk}, 'D7', 0): {{'on_record': (True, False)}}",
    ]
    assert str(first.value).split("\n") == str(second.value).split("\n") == named


def test_the_night_mends_and_tells_whoever_watches(someone):
    administrator = person("AD")
    altered()

    counts = [watch_copies(), watch_copies()]

    assert counts == [2, 0]
    messages = Message.objects.filter(occasion=NIGHTLY)
    assert [message.recipient_id for message in messages] == [administrator.pk]


def test_whoever_was_there_before_the_copy_gets_one(someone):
    ParticipantStanding.objects.all().delete()
    VisitOutlook.objects.all().delete()

    copies.store_missing()

    assert list(copies.differences()) == []


def test_a_row_of_no_visit_is_named_and_taken_away(someone):
    VisitOutlook.objects.filter(visit="D7").update(visit="D99"[:3])

    differences = [line.split(": ")[1] for line in copies.differences()]
    copies.store_all()

    assert differences == ["not stored", "not in the forms"]
    assert list(copies.differences()) == []
