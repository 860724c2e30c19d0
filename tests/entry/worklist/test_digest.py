"""The morning's mail: by role, once a day, in the reader's language, or not at all."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entry.models import DigestDay
from entry.worklist import services as digest
from entry.worklist.selectors.work import work_for
from entry.worklist.tasks import write_digests
from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance
from record.notices.models import Message
from record.notices.services.delivery import deliver_due
from record.review.selectors import address_of
from record.review.services import raise_query
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 17, 7, 30, tzinfo=dates.SITE_TZ)


@pytest.fixture(autouse=True)
def _morning(settings):
    settings.SITE_URL = "https://edc.example.org"
    with clock.at(MORNING):
        yield


def after(**span):
    return clock.at(MORNING + timedelta(**span))


def set_on(user: User, **values: object) -> None:
    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=user.pk).update(**values)


def form_with_queries(number: int = 1, times: int = 1) -> FormInstance:
    """A form with open queries; its participant has an overdue visit."""
    someone = stage.infused(number, ago=36)
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    monitor = User.objects.filter(role="MO").first() or person("MO")
    for item in ("started_at", "given", "volume_ml")[:times]:
        raise_query(form, item, "Please check.", by=monitor)
    return form


def written() -> list[tuple[str, str]]:
    digests = Message.objects.filter(occasion="digest").order_by("pk")
    return list(digests.values_list("recipient__username", "key"))


def test_the_mail_tells_what_my_work_tells():
    form = form_with_queries()
    coordinator = person("CO")

    mail = digest.digest_for(coordinator)

    items = work_for(coordinator)
    assert mail is not None
    late = sum(item.is_late for item in items)
    assert mail.subject == f"NCT04194671: {len(items)} to do, {late} overdue, 2 due"
    for item in items:
        assert f"  https://edc.example.org{item.url}\n" in mail.text
    number = form.participant.number
    link = address_of(form.queries.get())
    at_query = mail.text.index("Query (1)")
    assert mail.text[at_query:].splitlines()[:3] == [
        "Query (1)",
        f"- {number}, Infusion record · D0: Start, Open, 2026-03-17",
        f"  https://edc.example.org{link}",
    ]


def test_a_long_list_is_cut_and_says_by_how_much(monkeypatch):
    form_with_queries(times=3)
    limits = replace(PROTOCOL.staff_mail, digest_lines=1)
    monkeypatch.setattr(digest, "PROTOCOL", replace(PROTOCOL, staff_mail=limits))

    mail = digest.digest_for(person("CO"))

    assert mail is not None
    assert "and 2 more on the page" in mail.text


def test_the_mail_is_in_the_language_of_its_reader():
    form_with_queries()

    mail = digest.digest_for(person("CO", language="zh-hans"))

    assert mail is not None
    assert "我的工作: https://edc.example.org/\n" in mail.text


def test_everybody_with_work_gets_one_mail_a_day():
    form_with_queries()
    for role in ("CO", "PI", "AD", "LC", "BR"):
        person(role)

    counts = [write_digests()]
    with after(hours=2):
        counts.append(write_digests())
    with after(days=1):
        counts.append(write_digests())

    assert counts == [2, 0, 2]
    assert written() == [
        ("co", "digest:2026-03-17"),
        ("pi", "digest:2026-03-17"),
        ("co", "digest:2026-03-18"),
        ("pi", "digest:2026-03-18"),
    ]


@pytest.mark.parametrize(
    "details",
    [
        {"email": ""},
        {"is_active": False},
        {"morning_mail": False},
        {"delegated_until": MORNING.date() - timedelta(days=1)},
    ],
    ids=["no-address", "closed", "switched-off", "delegation-ended"],
)
def test_who_is_not_to_be_written_to_gets_none(details):
    form_with_queries()
    set_on(person("CO"), **details)

    assert write_digests() == 0


@pytest.mark.parametrize(
    ("minutes", "count"), [(-1, 0), (0, 1), (4 * 60 + 29, 1), (4 * 60 + 30, 0)]
)
def test_mails_are_written_in_the_morning_only(minutes, count):
    form_with_queries()
    person("CO")

    with after(minutes=minutes):
        assert write_digests() == count


@pytest.mark.parametrize(("hours", "state"), [(16, "sent"), (17, "withheld")])
def test_a_mail_that_comes_too_late_is_withheld(hours, state):
    form_with_queries()
    person("CO")
    write_digests()

    with after(hours=hours):
        deliver_due()

    (message,) = Message.objects.filter(occasion="digest")
    problems = {"sent": "", "withheld": "its day is over"}
    assert (message.state, message.problem) == (state, problems[state])


def test_without_work_there_is_no_mail_however_the_day_goes_on():
    person("CO")
    assert write_digests() == 0

    with after(hours=1):
        form_with_queries()
        assert write_digests() == 0

    assert DigestDay.objects.get().day == MORNING.date()


def test_one_failure_keeps_nobody_else_from_theirs(monkeypatch):
    form_with_queries()
    for role in ("CO", "IN", "PI"):
        person(role)
    whole = digest.work_for

    def failing(user):
        if user.role == "IN":
            message = "a broken form"
            raise ValueError(message)
        return whole(user)

    monkeypatch.setattr(digest, "work_for", failing)
    with pytest.raises(ExceptionGroup, match="Not everybody"):
        write_digests()
    assert [name for name, _key in written()] == ["co", "pi"]
    assert not DigestDay.objects.exists()

    monkeypatch.setattr(digest, "work_for", whole)
    with after(minutes=5):
        assert write_digests() == 1
    assert [name for name, _key in written()] == ["co", "pi", "in"]


def test_the_pharmacist_gets_a_mail_when_an_infusion_is_to_be_prepared():
    stage.infused(ago=36)

    assert digest.digest_for(person("UP")) is None


@pytest.mark.parametrize("role", ["CO", "PI", "MO"])
def test_a_mail_takes_the_same_statements_for_all(role, django_assert_max_num_queries):
    form_with_queries(1)
    reader = User.objects.filter(role=role).first() or person(role)
    with CaptureQueriesContext(connection) as few:
        digest.digest_for(reader)
    for number in (2, 3, 4):
        form_with_queries(number)

    with django_assert_max_num_queries(len(few)):
        digest.digest_for(reader)


def test_the_mail_can_be_switched_off():
    coordinator = person("CO")
    client = Client()
    client.force_login(coordinator)
    preferences = {"language": "en", "theme": ""}

    page = client.get("/accounts/preferences/").content.decode()
    client.post("/accounts/preferences/", {**preferences, "morning_mail": "False"})

    assert "Morning e-mail with your work" in page
    coordinator.refresh_from_db()
    assert not coordinator.morning_mail
    client.post("/accounts/preferences/", {**preferences, "morning_mail": "True"})
    coordinator.refresh_from_db()
    assert coordinator.morning_mail
