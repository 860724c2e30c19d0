"""Who had access on a day, and what was concluded from it."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from record.accounts.access_report import access_on
from record.accounts.models import AccessReview, User
from record.accounts.rules import Delegation
from record.audit.attribution import Source, act, attributed
from record.audit.models import Entry
from tests.people import STAGE, person
from trial_edc import clock
from trial_edc.dates import site_date

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ACC-09")]
REPORT = "accounts:access_report"


def change(user: User, **values: object) -> None:
    with attributed(by=STAGE, via=Source.COMMAND):
        for name, value in values.items():
            setattr(user, name, value)
        user.save(update_fields=list(values))


def access(day: date) -> dict[str, tuple[str, bool, Delegation]]:
    return {
        line.username: (line.role, line.may_sign_in, line.delegation)
        for line in access_on(day)
    }


def recorded_on() -> date:
    """The day of the entries, which carry the server's time."""
    return site_date(Entry.objects.latest("id").at)


def test_the_report_is_of_the_end_of_that_day():
    user = person("CO")
    today = recorded_on()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    change(user, role="IN", delegated_until=today)
    until_today = Delegation(user.delegated_from, today)

    assert access(yesterday) == {}
    assert access(today) == {"co": ("IN", True, until_today)}
    assert access(tomorrow) == {"co": ("IN", False, until_today)}
    change(user, is_active=False)
    assert access(today) == {"co": ("IN", False, until_today)}


def test_open_accounts_stand_first_with_their_last_sign_in():
    change(person("BR"), is_active=False)
    with attributed(by=person("AD"), via=Source.PAGE):
        act("sign_in", details={"username": "ad"})

    lines = access_on(recorded_on())

    assert [line.username for line in lines] == ["ad", "br"]
    assert [line.last_sign_in_at is not None for line in lines] == [True, False]


@pytest.mark.real_clock
@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize(("role", "is_shown"), [("PI", False), ("AD", True)])
def test_when_the_unblinded_sign_in_is_not_read_by_the_blinded(client, role, is_shown):
    pharmacist, day = person("UP"), recorded_on()
    for user in (pharmacist, person("CO")):
        with attributed(by=user, via=Source.PAGE):
            act("sign_in", details={"username": user.username})
    at = Entry.objects.filter(act="sign_in", actor_id=pharmacist.pk).get().at
    client.force_login(person(role))

    page = client.get(reverse(REPORT), {"as_of": day.isoformat()})
    file = client.post(reverse("accounts:download_access"), {"as_of": day.isoformat()})

    shown = {line.username: line.last_sign_in_at for line in page.context["lines"]}
    assert (shown["up"], bool(shown["co"])) == (at if is_shown else None, True)
    rows = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    taken = {row["username"]: row["last_sign_in_at_utc"] for row in rows}
    assert taken["up"] == (str(at) if is_shown else "not shown")
    assert "not shown" not in taken["co"]


@pytest.mark.real_clock
def test_a_review_is_of_the_report_as_it_was_shown(client: Client):
    administrator = person("AD")
    client.force_login(administrator)
    seen = client.get(reverse(REPORT)).context["review_form"].initial
    sent = {**seen, "findings": "Agrees with the delegation log."}

    client.post(reverse("accounts:review_access"), sent)
    person("CO")
    sent = {**seen, "findings": "Seen too late."}
    answer = client.post(reverse("accounts:review_access"), sent)

    review = AccessReview.objects.get()
    stored = (review.reviewed_by, review.findings, review.as_of)
    assert stored == (administrator, "Agrees with the delegation log.", clock.today())
    assert answer.status_code == 422
    assert "Seen too late." in answer.content.decode()
    assert "changed since it was shown" in answer.content.decode()
    again = {**sent, "shown": answer.context["review_form"]["shown"].value()}
    client.post(reverse("accounts:review_access"), again)
    assert AccessReview.objects.count() == 2


@pytest.mark.real_clock
def test_a_review_that_is_sent_twice_is_recorded_once(client: Client):
    client.force_login(person("PI"))
    page = client.get(reverse(REPORT))
    initial = page.context["review_form"].initial
    sent = {**initial, "findings": "None.", "act_key": key_in(page)}

    for _twice in range(2):
        answer = client.post(reverse("accounts:review_access"), sent, follow=True)

    assert AccessReview.objects.count() == 1
    assert "That was done already; nothing changed." in answer.content.decode()


def key_in(page: HttpResponse) -> str:
    key = re.search(r'name="act_key" value="([^"]+)"', page.content.decode())
    assert key
    return key[1]


@pytest.mark.parametrize(
    ("findings", "day"), [("", "2026-04-01"), ("None.", "2099-01-01"), ("None.", "?")]
)
def test_a_review_without_words_or_of_the_future_is_refused(client, findings, day):
    client.force_login(person("PI"))
    sent = {"as_of": day, "shown": "?", "findings": findings}

    answer = client.post(reverse("accounts:review_access"), sent)

    assert answer.status_code == 422
    assert not AccessReview.objects.exists()


@pytest.mark.real_clock
def test_the_file_has_a_line_an_account_and_is_recorded(client: Client):
    client.force_login(person("AD"))

    answer = client.post(
        reverse("accounts:download_access"), {"as_of": clock.today().isoformat()}
    )

    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(line["username"], line["role"]) for line in lines] == [("ad", "AD")]
    assert Entry.objects.latest("id").act == "access_report_downloaded"


def test_no_file_is_taken_by_a_link(client: Client):
    client.force_login(person("AD"))
    count = Entry.objects.count()

    answers = [
        client.get(reverse("accounts:download_access")),
        client.get(reverse(REPORT), {"as_of": "2026-04-14", "as": "csv"}),
        client.post(reverse("accounts:download_access"), {"as_of": "2099-01-01"}),
    ]

    assert [answer.status_code for answer in answers] == [405, 200, 422]
    assert "This date lies in the future." in answers[2].content.decode()
    assert Entry.objects.count() == count


@pytest.mark.real_clock
def test_the_day_of_an_account_is_in_chinese_no_opened_code(client: Client):
    client.force_login(person("PI", language="zh-hans"))

    page = client.get(reverse(REPORT), headers={"Accept-Language": "zh-hans"})

    assert "开户时间" in page.content.decode()
    assert "已揭盲" not in page.content.decode()
