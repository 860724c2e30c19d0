"""The clocks are compared with a time server, by real packets of NTP."""

import socket
import struct
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import DatabaseError
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.notices.models import ClockComparison, Message
from record.notices.services.clock_comparison import compare_with_time_servers
from record.notices.tasks import compare_clocks
from tests.people import STAGE, person
from trial_edc.celery import app
from trial_edc.protocol import PROTOCOL

pytestmark = [pytest.mark.django_db, pytest.mark.real_clock]
LIMIT = PROTOCOL.staff_mail.reference_drift_seconds
SINCE_1900 = 2_208_988_800  # seconds of 1970
PACKET = "!BBBb11I"  # RFC 5905, without extensions


def _timestamp(seconds: float) -> tuple[int, int]:
    whole = int(seconds)
    return whole + SINCE_1900, int((seconds - whole) * 2**32)


@contextmanager
def time_server(*, ahead=0.0, stratum=2, leap=0, size=48):
    """Serve the machine's time, moved by `ahead` seconds; hand out host:port."""

    def serve():
        while True:
            request, client = server.recvfrom(512)
            if not request:
                return
            now = _timestamp(time.time() + ahead)
            first = leap << 6 | 4 << 3 | 4  # version 4, a server
            transmitted = struct.unpack("!2I", request[40:48])
            times = (*now, *transmitted, *now, *now)
            packet = struct.pack(PACKET, first, stratum, 6, -20, 0, 0, 0, *times)
            server.sendto(packet[:size], client)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", server.getsockname())
        thread.join()


def occasions():
    messages = Message.objects.order_by("recipient__username")
    return list(messages.values_list("occasion", "recipient__username"))


@pytest.mark.verifies("TIM-03")
def test_a_right_clock_is_recorded_and_disturbs_nobody(settings):
    person("AD")
    with time_server() as server:
        settings.NTP_SERVERS = [server]
        count = compare_clocks()

    row = ClockComparison.objects.get()
    assert (count, row.server, row.problem, row.is_apart) == (1, server, "", False)
    assert abs(row.machine_seconds) < 1
    assert abs(row.database_seconds) < 1
    assert occasions() == []
    entry = Entry.objects.get(table_name="notices_clockcomparison")
    assert (entry.actor, entry.new_values["server"]) == (
        "process:clock-comparison",
        server,
    )


@pytest.mark.verifies("TIM-03")
@pytest.mark.parametrize(
    ("ahead", "is_apart"),
    [(LIMIT - 1, False), (LIMIT + 1, True), (1 - LIMIT, False), (-1 - LIMIT, True)],
)
def test_a_clock_beyond_the_limit_alerts_once_a_day(settings, ahead, is_apart):
    for role in ("AD", "DM", "CO"):
        person(role)
    with time_server(ahead=ahead) as server:
        settings.NTP_SERVERS = [server]
        compare_with_time_servers()
        compare_with_time_servers()

    rows = ClockComparison.objects.all()
    assert [row.is_apart for row in rows] == [is_apart] * 2
    assert [round(row.machine_seconds) for row in rows] == [round(-ahead)] * 2
    expected = [("clock_drift", "ad"), ("clock_drift", "dm")] if is_apart else []
    assert occasions() == expected


@pytest.mark.verifies("TIM-03")
def test_one_of_two_servers_that_is_away_is_enough_to_be_told(settings):
    person("AD")
    with time_server() as right, time_server(ahead=60) as other:
        settings.NTP_SERVERS = [right, other]
        compare_with_time_servers()

    assert occasions() == [("clock_drift", "ad")]
    assert "-60.0 seconds" in Message.objects.get().text


@pytest.mark.verifies("TIM-03")
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"stratum": 0}, "no time of its own"),
        ({"stratum": 16}, "no time of its own"),
        ({"leap": 3}, "no time of its own"),
        ({"size": 20}, "Invalid NTP packet"),
    ],
)
def test_a_server_that_does_not_know_the_time_is_no_reference(
    settings, options, problem
):
    person("AD")
    with time_server(ahead=60, **options) as server:
        settings.NTP_SERVERS = [server]
        compare_with_time_servers()

    row = ClockComparison.objects.get()
    assert problem in row.problem
    assert (row.machine_seconds, row.database_seconds) == (None, None)
    assert occasions() == [("clock_unknown", "ad")]


def test_a_name_that_is_no_server_is_recorded(settings):
    settings.NTP_SERVERS = ["127.0.0.1:x", "127.0.0.1:1"]

    problems = [one.problem for one in compare_with_time_servers()]

    assert [bool(problem) for problem in problems] == [True, True]


def test_without_servers_nothing_is_compared():
    assert compare_clocks() == 0
    assert not ClockComparison.objects.exists()


@pytest.mark.verifies("TIM-03")
def test_it_is_compared_each_hour():
    entry = app.conf.beat_schedule["compare the clocks with time servers"]

    assert entry["task"] == compare_clocks.name
    assert (entry["schedule"].hour, entry["schedule"].minute) == (set(range(24)), {20})


def test_a_comparison_stays_as_it_was(settings):
    settings.NTP_SERVERS = ["127.0.0.1:1"]
    compare_with_time_servers()

    with (
        pytest.raises(DatabaseError, match="never changed"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        ClockComparison.objects.update(problem="other")


@pytest.mark.verifies("TIM-03")
def test_the_page_shows_each_comparison(client, settings):
    client.force_login(person("AD"))
    address = reverse("notices:clocks")
    empty = client.get(address).content.decode()
    with time_server(ahead=60) as server:
        settings.NTP_SERVERS = [server, "127.0.0.1:1"]
        compare_with_time_servers()
    page = client.get(address).content.decode()

    assert "No time server is named" in empty
    assert "No comparison yet" in empty
    assert server in page
    assert "-60.0" in page
    assert "no answer" in page
    assert address in client.get(reverse("notices:outbox")).content.decode()
