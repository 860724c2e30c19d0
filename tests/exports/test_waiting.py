"""Exports that wait: none for ever, none for who may not have it, none half-written."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from exports.models import Export, ExportState
from exports.services import files
from exports.services import jobs as services
from exports.tasks import make_waiting
from record.accounts.services import accounts
from record.audit.attribution import Source, attributed
from tests.full_disk import full_disk
from tests.people import STAGE, person
from trial_edc import clock
from trial_edc.locks import exclusively
from trial_edc.whole_files import NO_ROOM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def requested(role="MO") -> Export:
    by = person(role)
    return services.request_export(forms=["CAL"], language="en", by=by)


def state_of(export: Export) -> tuple[str, str]:
    export.refresh_from_db()
    return export.state, export.problem


@pytest.mark.parametrize("state", [ExportState.QUEUED, ExportState.RUNNING])
def test_an_export_whose_queue_entry_was_lost_is_made_by_the_sweep(state):
    export = requested()
    with attributed(by=STAGE, via=Source.TASK):
        Export.objects.filter(pk=export.pk).update(state=state)

    assert [make_waiting(), make_waiting()] == [1, 0]

    assert state_of(export) == (ExportState.DONE, "")


@pytest.mark.django_db(transaction=True)
def test_an_export_that_another_worker_makes_is_left_to_it():
    export = requested()

    def sweep():
        make_waiting()
        connection.close()

    with exclusively(services.EXPORTS, export.pk):
        other = Thread(target=sweep)
        other.start()
        other.join()
    in_the_meantime = state_of(export)
    make_waiting()

    assert in_the_meantime == (ExportState.QUEUED, "")
    assert state_of(export) == (ExportState.DONE, "")


def test_an_export_that_waited_for_more_than_a_day_is_given_up():
    export = requested()

    with clock.at(clock.now() + timedelta(days=1, seconds=1)):
        make_waiting()

    assert state_of(export) == (ExportState.FAILED, services.TOO_OLD)


def close(user):
    accounts.deactivate(user=user, by=STAGE, reason="left")


def end_delegation(user):
    yesterday = clock.today() - timedelta(days=1)
    accounts.change_details(user=user, by=STAGE, details={"delegated_until": yesterday})


def move(user):
    accounts.set_role(user=user, role="CO", by=STAGE, reason="moved")


@pytest.mark.parametrize("leave", [close, end_delegation, move])
def test_nothing_is_exported_for_who_may_no_longer_have_it(leave):
    export = requested()
    leave(export.asked_by)

    make_waiting()

    assert state_of(export) == (ExportState.FAILED, services.NO_LONGER_ALLOWED)
    assert list(files.folder().iterdir()) == []


def test_a_full_disk_is_told_and_leaves_no_part_of_an_export():
    export = requested()

    with full_disk(room=200), pytest.raises(OSError, match="File too large"):
        services.make_export(export.key)

    assert state_of(export) == (ExportState.FAILED, NO_ROOM)
    assert list(files.folder().iterdir()) == []
