"""The feed of a person's own calendar, read back by a parser of its own."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar, Component

from record.accounts.models import User
from record.accounts.services import accounts
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, STAGE, person
from tests.visits import stage
from trial_edc.dates import SITE_TZ
from visits.calendar.services import feeds
from visits.models import CalendarFeed

pytestmark = pytest.mark.django_db
FEED, PAGE = "visits:feed", "visits:subscription"
NEUTRAL = {
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "CLASS", "STATUS",
    "DTSTART", "DTEND", "TRANSP",
}  # fmt: skip


@pytest.fixture
def coordinator() -> User:
    return person("CO")


def ask(token: str, **headers: str):
    return Client().get(reverse(FEED), {"token": token}, headers=headers)


def events(content: bytes) -> dict[str, Component]:
    components = Calendar.from_ical(content).walk("VEVENT")
    return {str(component["SUMMARY"]): component for component in components}


@pytest.mark.verifies("CAL-02")
def test_windows_are_whole_days_and_appointments_hours_of_the_site(coordinator):
    someone = stage.infused(ago=3)
    booked = stage.days_ago(-7.02)
    stage.enter(someone, "VIS", {"appointment_at": booked}, visit="D10")

    response = ask(feeds.make_feed(by=coordinator))

    read = Calendar.from_ical(response.content)
    day_7, day_10 = (events(response.content)[f"S-001X {v}"] for v in ("D7", "D10"))
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert (read["METHOD"], read["VERSION"]) == ("PUBLISH", "2.0")
    assert [zone["TZID"] for zone in read.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert day_7["DTSTART"].dt == stage.day(-3)
    assert day_7["DTEND"].dt == stage.day(-6)  # the day after the window's last
    assert day_10["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert day_10["DTSTART"].dt.utcoffset() == timedelta(hours=8)
    assert day_10["DTSTART"].dt.astimezone(SITE_TZ) == booked


@pytest.mark.verifies("CAL-02")
def test_feed_holds_number_and_visit_code_alone(coordinator):
    someone = stage.infused(ago=9)
    stage.enter(someone, "CTC", {"name": "王小明", "hospital_no": "H-77"})
    stage.attend(someone, "D0", ago=9)

    content = ask(feeds.make_feed(by=coordinator)).content

    read = Calendar.from_ical(content)
    texts = {str(event["SUMMARY"]) for event in read.walk("VEVENT")}
    assert all(re.fullmatch(r"S-001X (D\d+|M3|SCR)", text) for text in texts)
    assert {name for event in read.walk("VEVENT") for name in event} <= NEUTRAL
    assert "S-001X D0" not in texts  # done
    for word in (
        "王",
        "H-77",
        "MSC",
        "NCT",
        "kidney",
        "Overdue",
        "overdue",
        "hospital",
    ):
        assert word.encode() not in content


def test_lines_end_and_fold_as_the_format_wants(coordinator):
    stage.infused(ago=3)

    content = ask(feeds.make_feed(by=coordinator)).content

    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75


def test_names_stay_and_the_sequence_grows_when_the_schedule_moves(coordinator):
    someone = stage.randomized(ago=3)
    record = stage.infuse(someone, ago=2.5)
    token = feeds.make_feed(by=coordinator)
    before = events(ask(token).content)["S-001X D7"]

    stage.change(record, started_at=stage.days_ago(1.5))
    later = Entry.objects.filter(form_id=record.pk).latest("pk").at
    after = events(ask(token).content)["S-001X D7"]

    assert before["UID"] == after["UID"] == "S-001X.D7@visits"
    assert after["DTSTART"].dt == before["DTSTART"].dt + timedelta(days=1)
    assert after["SEQUENCE"] >= before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == later.astimezone(UTC).replace(microsecond=0)


def test_what_did_not_change_is_not_sent_again(coordinator):
    someone = stage.infused(ago=3)
    token = feeds.make_feed(by=coordinator)
    first = ask(token)

    again = ask(token, if_none_match=first["ETag"])
    stage.attend(someone, "D3", ago=0)
    changed = ask(token, if_none_match=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.verifies("CAL-03")
def test_rights_are_those_of_the_moment(coordinator):
    someone = stage.infused(1, ago=3)
    token = feeds.make_feed(by=person("BN"))
    has_events = [len(events(ask(token).content)) > 0]
    times = {"in_at": stage.days_ago(4), "out_at": stage.days_ago(1)}
    stage.row(someone, "STY", {"kind": "hospital", "hospital": "ours", **times})
    has_events.append(len(events(ask(token).content)) > 0)

    assert has_events == [True, False]


@pytest.mark.verifies("CAL-03")
@pytest.mark.parametrize(
    "lost",
    [
        {"is_active": False},
        {"delegated_until": stage.day(1)},
        {"must_change_password": True},
        {"role": "DM"},
    ],
)
def test_lost_rights_end_the_feed_at_once(coordinator, lost):
    token = feeds.make_feed(by=coordinator)
    assert ask(token).status_code == 200

    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=coordinator.pk).update(**lost)

    expected = 200 if lost == {"role": "DM"} else 404  # a data manager reads schedules
    assert ask(token).status_code == expected


def _reset(user: User) -> None:
    accounts.reset_password(user=user, by=STAGE, reason="lost")
    accounts.change_password(user=user, password=PASSWORD)


def _close_and_open(user: User) -> None:
    accounts.deactivate(user=user, by=STAGE, reason="left")
    accounts.reactivate(user=user, by=STAGE, reason="back")


def _move_and_return(user: User) -> None:
    accounts.set_role(user=user, role="DM", by=STAGE, reason="moved")
    accounts.set_role(user=user, role="CO", by=STAGE, reason="back")


def _end_and_renew(user: User) -> None:
    for until in (stage.day(1), None):
        details = {"delegated_until": until}
        accounts.change_details(user=user, by=STAGE, details=details)


def _change_address(user: User) -> None:
    accounts.change_details(user=user, by=STAGE, details={"email": "n@example.org"})


@pytest.mark.verifies("ACC-08", "CAL-03")
@pytest.mark.parametrize(
    "end", [_reset, _close_and_open, _move_and_return, _end_and_renew, _change_address]
)
def test_a_feed_dies_with_its_account_and_stays_dead(coordinator, end):
    token = feeds.make_feed(by=coordinator)
    assert ask(token).status_code == 200

    end(coordinator)

    assert ask(token).status_code == 404
    assert ask(feeds.make_feed(by=coordinator)).status_code == 200


@pytest.mark.verifies("CAL-03")
def test_a_feed_lives_on_where_nothing_of_the_access_ended(coordinator):
    token = feeds.make_feed(by=coordinator)

    for until in (stage.day(-30), stage.day(-60)):
        details = {"delegated_until": until, "full_name": f"Name {until}"}
        accounts.change_details(user=coordinator, by=STAGE, details=details)
    accounts.change_password(user=coordinator, password=PASSWORD)

    assert ask(token).status_code == 200


@pytest.mark.verifies("CAL-03")
@pytest.mark.parametrize("token", ["", "x", "0" * 64, "0" * 63, "0" * 4000, "é" * 64])
def test_unknown_tokens_find_nothing(token):
    response = ask(token)

    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.verifies("CAL-03")
def test_address_is_shown_once_kept_as_a_hash_renewed_and_revoked(coordinator):
    client = Client()
    client.force_login(coordinator)

    response = client.post(reverse(PAGE), {"action": "make"})
    first = response.context["address"].partition("token=")[2]
    shown_again = client.get(reverse(PAGE)).content.decode()
    renewed = client.post(reverse(PAGE), {"action": "make"})
    second = renewed.context["address"].partition("token=")[2]
    codes = [ask(first).status_code, ask(second).status_code]
    client.post(reverse(PAGE), {"action": "revoke"})

    assert first in response.content.decode()
    assert first not in shown_again
    assert response["Cache-Control"] == "private, no-store"
    assert codes == [404, 200]
    assert ask(second).status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 0
    hashes = {*CalendarFeed.objects.values_list("token_hash", flat=True)}
    assert not {first, second} & hashes
    entries = Entry.objects.filter(table_name="visits_calendarfeed")
    assert not any(first in str(entry.new_values) for entry in entries)


@pytest.mark.verifies("CAL-03")
def test_each_fetch_is_recorded_without_the_token(coordinator):
    stage.infused(ago=3)
    token = feeds.make_feed(by=coordinator)

    content = ask(token).content

    entry = Entry.objects.latest("pk")
    assert (entry.act, entry.actor_id) == ("calendar_feed_taken", coordinator.pk)
    assert entry.new_values == {"visits": len(events(content))}
    assert token not in str(vars(entry))
    assert feeds.last_fetched_at(coordinator) == entry.at


def test_feed_taken_too_often_waits(coordinator, monkeypatch):
    monkeypatch.setattr(feeds, "MAX_FETCHES", 2)
    token = feeds.make_feed(by=coordinator)

    codes = [ask(token).status_code for _n in range(3)]
    last = ask(token)

    assert codes == [200, 200, 429]
    assert last["Retry-After"] == "600"
    assert Entry.objects.filter(act=feeds.FETCH_ACT).count() == 2


def test_feed_takes_the_same_statements_for_any_number(coordinator):
    token = feeds.make_feed(by=coordinator)
    counts = []
    for number in (1, 2, 3):
        stage.infused(number, ago=3)
        with CaptureQueriesContext(connection) as statements:
            ask(token)
        counts.append(len(statements))

    assert len(set(counts)) == 1


@pytest.mark.parametrize("role", ["SO", "UP", "PN", "AD", "LC", "US"])
def test_who_reads_no_schedules_makes_no_feed(role):
    client = Client()
    client.force_login(person(role))

    assert client.post(reverse(PAGE), {"action": "make"}).status_code == 403
    assert CalendarFeed.objects.count() == 0
