"""The site reads until it has a certified copy: who hands over, who acknowledges."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exports.models import CopyHandover, Export
from exports.services import jobs
from exports.services.handovers import (
    HandoverRefused,
    acknowledge_copy,
    hand_over_copy,
)
from record.accounts.access import NotPermitted
from record.accounts.models import User
from record.accounts.problems import AccountRefused
from record.accounts.services.accounts import deactivate
from record.casebook.models import Participant
from tests.people import person
from tests.record.capture.saving import complete
from tests.record.lock import steps

pytestmark = [pytest.mark.django_db, pytest.mark.pdf]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def lock_database() -> tuple[User, User]:
    """The data manager and the principal investigator who locked it."""
    complete()
    steps.confirmed(steps.proposed())
    return User.objects.get(username="the-dm"), User.objects.get(username="the-pi")


def casebooks(by: User) -> Export:
    numbers = list(Participant.objects.values_list("number", flat=True))
    export = jobs.request_casebooks(numbers=numbers, language="en", by=by)
    return jobs.make_export(export.key)


def close(user: User) -> None:
    administrator = User.objects.filter(role="AD").first() or person("AD")
    user = User.objects.get(pk=user.pk)  # as a page reads it
    deactivate(user=user, by=administrator, reason="left the site")


@pytest.mark.verifies("LCK-05")
def test_the_last_reader_of_the_site_stays_until_the_copy_is_acknowledged(
    client: Client,
) -> None:
    manager, leader = lock_database()
    export = casebooks(manager)
    with pytest.raises(AccountRefused, match="Nobody would read"):
        close(leader)
    hand_over_copy(export, by=manager)
    client.force_login(leader)
    client.get(reverse("exports:download", args=[export.key])).getvalue()

    page = client.post(reverse("exports:acknowledge", args=[export.key]), follow=True)
    close(leader)

    handover = CopyHandover.objects.get()
    assert (handover.sha256, handover.entered_by, handover.approved_by) == (
        export.sha256,
        manager,
        leader,
    )
    assert re.search(r"Acknowledged .*\+08", re.sub(r"\s+", " ", page.content.decode()))
    leader.refresh_from_db()
    assert not leader.is_active


@pytest.mark.verifies("LCK-05")
def test_a_successor_lets_the_one_before_go() -> None:
    _manager, leader = lock_database()
    person("PI", username="successor")

    close(leader)

    leader.refresh_from_db()
    assert not leader.is_active


@pytest.mark.verifies("LCK-05")
def test_a_copy_is_acknowledged_by_the_investigator_who_downloaded_it() -> None:
    manager, leader = lock_database()
    export = casebooks(manager)
    with pytest.raises(HandoverRefused, match="was not handed over"):
        acknowledge_copy(export, by=leader)
    hand_over_copy(export, by=manager)

    with pytest.raises(HandoverRefused, match="Download the copy first"):
        acknowledge_copy(export, by=leader)
    with pytest.raises(NotPermitted):
        acknowledge_copy(export, by=manager)

    assert CopyHandover.objects.get().approved_at is None


def test_a_copy_of_data_that_are_not_locked_is_not_handed_over() -> None:
    complete()
    manager = person("DM")
    export = casebooks(manager)

    with pytest.raises(HandoverRefused, match="Lock the database"):
        hand_over_copy(export, by=manager)

    assert not CopyHandover.objects.exists()
