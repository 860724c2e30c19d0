"""Who keeps accounts learns of a delegation that ended by its date, once."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from record.notices.models import Message
from record.notices.tasks import watch_delegations
from tests.people import person
from trial_edc import clock

pytestmark = pytest.mark.django_db


def until(days: int, role: str = "IN", **details: object) -> None:
    person(role, delegated_until=clock.today() + timedelta(days=days), **details)


def notified() -> list[tuple[str, str]]:
    return sorted(Message.objects.values_list("recipient__username", "occasion"))


@pytest.mark.parametrize(("days", "messages"), [(0, 0), (-1, 1), (-7, 1), (-8, 0)])
def test_a_delegation_is_told_of_from_the_day_after_its_last(days, messages):
    for role in ("AD", "DM", "CO"):
        person(role)
    person("IN", username="another")
    until(days)

    assert [watch_delegations() for _run in range(2)] == [messages, 0]
    assert notified() == [
        (keeper, "delegation_ended")
        for keeper in ("ad", "dm")
        for _n in range(messages)
    ]


def test_that_the_last_of_a_role_has_left_is_told_too_and_once():
    person("DM")
    until(-1)

    watch_delegations()
    watch_delegations()

    assert notified() == [("dm", "delegation_ended"), ("dm", "role_empty")]


def test_closed_accounts_are_not_told_of_and_each_reads_it_in_the_own_language():
    person("DM", language="zh-hans")
    until(-1, is_active=False)
    until(-1, username="second", full_name="Second Doe", full_name_zh="杜二")

    watch_delegations()

    texts = Message.objects.filter(occasion="delegation_ended").values_list("text")
    with override("zh-hans"):
        (text,) = [text for (text,) in texts]
    assert text.startswith("杜二")
