"""What no page would send: odd numbers, NUL, rights that the role does not have."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.screening import services as screening
from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from record.casebook.models import FormInstance
from record.review.services import lock_database, lock_form
from tests.entry.form.pages import signed_in, value_of
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
BAD, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LARGE, UNPROCESSABLE = (
    400,
    403,
    404,
    409,
    413,
    422,
)
WHY = {"code": "other", "text": "by mistake", "act": "strike"}


def send(client: Client, form: FormInstance, **values: Any):
    """Post a form page as it is with these controls."""
    fields = {"based_on": form.revision, "save_as": "draft", **values}
    return client.post(reverse("entry:form", args=[form.pk]), fields)


def test_a_value_beside_its_missing_code_is_not_dropped_in_silence(form):
    client = signed_in("CO")
    send(client, form, weight_kg__missing="ND")
    form.refresh_from_db()

    answer = send(client, form, weight_kg="70", weight_kg__missing="ND")

    text = answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    assert "not both" in text
    assert 'value="70"' in text


def test_an_unknown_missing_code_is_refused(form):
    answer = send(signed_in("CO"), form, reason__missing="BAD")

    assert answer.status_code == UNPROCESSABLE
    assert value_of(form, "reason") is None


@pytest.mark.parametrize("count", ["abc", "-1", "1e3", "1000", "9" * 5000, ""])
def test_an_odd_number_of_rows_is_refused_with_what_was_typed(form, count):
    client = signed_in("CO")
    rows = {"pauses__rows": "1", "pauses-0-minutes": "5", "pauses-0-why": "pain"}
    send(client, form, **rows)
    form.refresh_from_db()

    more = {"pauses__rows": count, "pauses-0-minutes": "7"}
    answer = send(client, form, weight_kg="70", **more)

    text = answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    assert "A small table takes at most 999 rows." in text
    assert ('value="70"' in text, 'name="pauses-0-minutes" value="7"' in text) == (
        True,
        True,
    )
    assert value_of(form, "pauses") == [{"minutes": "5", "why": "pain"}]


def test_no_row_beyond_the_number_of_rows_is_dropped(form):
    rows = {"pauses__rows": "1", "pauses-0-minutes": "5", "pauses-4-why": "pain"}

    answer = send(signed_in("CO"), form, **rows)

    assert answer.status_code == UNPROCESSABLE
    assert 'value="pain"' in answer.content.decode()


@pytest.mark.parametrize("revision", ["abc", "-1", "9" * 5000, "²"])
def test_an_odd_revision_overwrites_nothing(form, revision):
    client = signed_in("CO")
    send(client, form, weight_kg="70")
    autosave = reverse("entry:autosave", args=[form.pk])

    answer = send(client, form, weight_kg="71", based_on=revision)
    autosaved = client.post(autosave, {"based_on": revision, "weight_kg": "71"})

    assert answer.status_code == CONFLICT
    assert autosaved.status_code == 200
    assert str(value_of(form, "weight_kg")) == "70.0"


@pytest.mark.verifies("QRY-10")
def test_after_a_conflict_what_i_left_alone_shows_what_another_entered(form):
    """The next save is based on the current values: an old one must not come back."""
    first, second = signed_in("CO"), signed_in("IN")
    before = {"weight_kg": "70", "reason": "", "pauses__rows": "0"}
    send(first, form, **before, seen_on="2026-01-05")
    form.refresh_from_db()
    rows = {"pauses__rows": "1", "pauses-0-minutes": "5", "pauses-0-why": "pain"}
    send(first, form, weight_kg="75", seen_on="2026-02-07", **rows)

    clash = send(second, form, **before | {"weight_kg": "80"}, seen_on="2026-01-05")

    text = clash.content.decode()
    assert clash.status_code == CONFLICT
    assert 'name="weight_kg" value="80"' in text
    assert 'name="seen_on" value="2026-02-07"' in text
    assert 'name="pauses-0-why" value="pain"' in text


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("taken_at", "9999-12-31 23:59"),
        ("taken_at", "9999-12-31 23:59-14:00"),
        ("taken_at", "0001-01-01 00:00+14:00"),
        ("seen_on", "9999-12-31"),
        ("seen_on", "0001-01-01"),
        ("began", "9999"),
        ("began", "٢٠٢٢"),
        ("weight_kg", "1.00000000000000000000000000000000001"),
        ("weight_kg", "9" * 5000),
        ("by", "9" * 5000),
        ("by", str(2**70)),
    ],
)
def test_what_cannot_be_is_refused_beside_its_item(form, item, text):
    answer = send(signed_in("CO"), form, **{item: text})

    assert answer.status_code == UNPROCESSABLE
    assert value_of(form, item) is None


def test_no_text_of_a_request_holds_a_nul(form):
    client = signed_in("CO")
    panel = reverse("entry:panel", args=[form.pk, "weight_kg"])

    answers = [
        send(client, form, reason="a\0b"),
        client.get("/participants/S-001\0/"),
        client.get("/find/", {"q": "\0"}),
        client.post(panel, {"action": "raise", "text": "\0"}),
    ]

    assert {answer.status_code for answer in answers} == {BAD}


@pytest.mark.parametrize("query", ["abc", "", "9" * 5000, "-1", "999999999999"])
def test_a_step_on_no_query_is_not_found(form, query):
    panel = reverse("entry:panel", args=[form.pk, "weight_kg"])
    fields = {"action": "answer", "query": query, "text": "x"}

    assert signed_in("CO").post(panel, fields).status_code == NOT_FOUND


def test_more_typing_than_a_form_holds_is_not_kept(form):
    url = reverse("entry:autosave", args=[form.pk])
    answer = signed_in("CO").post(url, {"reason": "x" * 300_000})

    assert answer.status_code == TOO_LARGE


@pytest.mark.parametrize("item", ["report", "weight_kg"])
def test_a_file_that_is_not_there_is_not_found(form, item):
    url = reverse("entry:file", args=[form.pk, item])

    assert signed_in("CO").get(url).status_code == NOT_FOUND


@pytest.mark.verifies("ACC-03")
@pytest.mark.parametrize("action", ["draft", "complete"])
def test_nobody_writes_a_form_of_the_system(action):
    """The record of a randomization can be neither drafted again nor marked wrong."""
    someone = stage.randomized()
    record = FormInstance.objects.get(participant=someone, code="RAN")
    before = record.status

    answer = send(signed_in("CO"), record, in_error="Y", save_as=action)

    record.refresh_from_db()
    assert answer.status_code == FORBIDDEN
    assert (record.status, value_of(record, "in_error")) == (before, None)


@pytest.mark.verifies("AUD-06")
@pytest.mark.parametrize("code", ["RAN", "DEM", "INF"])
def test_only_rows_of_a_log_are_struck_out(code):
    someone = stage.infused()
    form = FormInstance.objects.filter(participant=someone, code=code).first()
    assert form is not None

    answer = signed_in("CO").post(reverse("entry:strike", args=[form.pk]), WHY)

    form.refresh_from_db()
    assert answer.status_code == FORBIDDEN
    assert form.struck_at is None


def test_a_row_is_struck_out_with_a_reason_of_the_list_and_restored():
    client = signed_in("CO")
    row = stage.enter(stage.randomized(), "STY", {"kind": "icu"})
    url = reverse("entry:strike", args=[row.pk])

    client.post(url, {**WHY, "code": "whatever"})
    row.refresh_from_db()
    assert row.struck_at is None

    client.post(url, WHY)
    row.refresh_from_db()
    assert row.struck_at is not None
    page = client.get(reverse("entry:form", args=[row.pk]))
    assert "Restore this row" in page.content.decode()

    client.post(url, {**WHY, "act": "restore"})
    row.refresh_from_db()
    assert row.struck_at is None


def test_an_investigator_alone_revokes_a_death():
    someone = stage.infused()
    death = stage.enter(someone, "DTH", {"death_on": stage.day(1).isoformat()})
    url = reverse("entry:strike", args=[death.pk])

    refused = signed_in("CO").post(url, WHY)
    done = signed_in("IN").post(url, WHY)

    death.refresh_from_db()
    assert (refused.status_code, done.status_code) == (FORBIDDEN, 302)
    assert death.struck_at is not None


def test_times_in_small_tables_are_shown_as_site_time():
    someone = stage.infused()
    form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
    at = (clock.now() - timedelta(days=2)).astimezone(dates.SITE_TZ)
    stage.change(form, premedication=[{"drug": "x", "at": f"{at:%Y-%m-%d %H:%M}"}])

    page = signed_in("CO").get(reverse("entry:form", args=[form.pk]))

    assert f'value="{at:%Y-%m-%d %H:%M}"' in page.content.decode()
    assert "+00:00" not in page.content.decode()


def test_a_locked_database_refuses_each_page_in_words(form):
    client = signed_in("CO")
    row = stage.enter(stage.randomized(2), "STY", {"kind": "icu"})
    reason = Reason("lock", "all is clean")
    first = person("DM", full_name="Ma Jun")
    lock_database(by=first, confirmed_by=person("PI"), reason=reason)
    number = row.participant.number

    answers = [
        client.post(reverse("entry:strike", args=[row.pk]), WHY, follow=True),
        client.post(
            reverse("entry:add_row", args=[number, "STY"]),
            {"based_on": "0", "save_as": "draft", "kind": "icu"},
        ),
        send(client, form, weight_kg="70"),
    ]

    message = "The database was locked by Ma Jun and Principal investigator Doe on "
    assert [answer.status_code for answer in answers] == [200, CONFLICT, CONFLICT]
    assert all(message in answer.content.decode() for answer in answers)


def test_striking_out_a_locked_row_is_refused_in_words():
    row = stage.enter(stage.randomized(), "STY", {"kind": "icu"})
    reason = Reason("other", "twice")
    strike_row(row, by=STAGE, reason=reason, via=Source.COMMAND)
    client, manager = signed_in("CO"), signed_in("DM")
    manager.post(
        reverse("entry:close", args=[row.pk]), {"action": "lock", "text": "done"}
    )

    again = WHY | {"act": "restore"}
    answer = client.post(reverse("entry:strike", args=[row.pk]), again, follow=True)

    row.refresh_from_db()
    assert "This form was locked by Data manager Doe on " in answer.content.decode()
    assert row.struck_at is not None


def test_a_hidden_value_of_a_complete_form_is_erased_with_its_reason(form):
    client = signed_in("CO")
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    fields = {
        "taken_at": taken_at,
        "creatinine": "80",
        "interrupted": "Y",
        "reason": "pain",
    }
    send(client, form, **fields, save_as="complete")
    form.refresh_from_db()
    fields |= {"interrupted": "N"}

    refused = send(client, form, **fields, save_as="complete")
    why = {"__reason": "transcription", "__reason_text": "typo"}
    reasons = {
        n + p: text for n in ("interrupted", "reason") for p, text in why.items()
    }
    done = send(client, form, **fields, **reasons, erase="reason", save_as="complete")

    assert refused.status_code == UNPROCESSABLE
    assert 'data-reason-for="reason">' in refused.content.decode()
    assert done.status_code == 302
    assert value_of(form, "reason") is None


@pytest.mark.parametrize("place", ["abc", "entry:matrix", "a:b", "//evil.example"])
def test_after_signing_in_only_a_page_of_ours_is_opened(place):
    client = signed_in("CO")

    answer = client.get(reverse("accounts:sign_in"), {"next": place})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_row_at_visits_is_added_to_a_visit_of_its_form():
    number = stage.randomized().number
    client = signed_in("CO")

    answers = [
        client.get(reverse("entry:add_row", args=[number, "VSI"]), {"visit": visit})
        for visit in ("", "D28", "D0")
    ]

    assert [answer.status_code for answer in answers] == [NOT_FOUND, NOT_FOUND, 200]


def test_nothing_is_written_at_the_bedside_before_randomization():
    someone = stage.participant()
    client = signed_in("BN")
    acts = ("start", "stop")

    answers = [
        client.post(reverse("visits:act", args=[someone.number, "D0", act]), {})
        for act in acts
    ]
    page = client.get(reverse("visits:bedside", args=[someone.number, "D0"]))

    assert [answer.status_code for answer in (*answers, page)] == [NOT_FOUND] * 3
    assert not FormInstance.objects.filter(code__in=("INF", "VSI")).exists()


def test_an_empty_form_cannot_be_verified(form):
    client = signed_in("MO")

    answer = client.post(reverse("entry:verify_form", args=[form.pk]), follow=True)

    assert answer.status_code == 200
    assert "Choose at least one item." in answer.content.decode()


def test_a_locked_line_of_the_screening_log_cannot_be_closed():
    coordinator = person("CO")
    someone = screening.register_person(
        by=coordinator,
        approached_at=clock.now() - timedelta(days=1),
        source="icu",
        age_years=50,
        sex="M",
    )
    line = FormInstance.objects.get(participant=someone, code="SCN")
    lock_form(line, by=person("DM"), reason=Reason("lock", "done"))
    client = Client()
    client.force_login(coordinator)

    answer = client.post(
        reverse("enrollment:close", args=[someone.number]),
        {
            "approach_result": "other",
            "screening_closed_at": f"{clock.now():%Y-%m-%d %H:%M}",
            "screen_failure_reason": "other",
        },
    )

    assert answer.status_code == CONFLICT


def test_more_than_any_file_may_hold_is_not_read(form):
    client = signed_in("CO")
    url = reverse("entry:form", args=[form.pk])

    answer = client.generic("POST", url, b"x" * 12_000_001)

    assert answer.status_code == TOO_LARGE
