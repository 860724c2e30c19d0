"""Lists offer what their links open: to each role, and for every form at a place."""

import pytest
from django.test import Client
from django.urls import reverse

from record.accounts import selectors as accounts
from record.accounts.roles import Role
from record.accounts.services import accounts as services
from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from record.review.services import raise_query
from tests.people import STAGE, person
from tests.visits import stage

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def discharged(number: int) -> Participant:
    """Somebody infused who has left our hospital."""
    someone = stage.infused(number, ago=9)
    stay = {"kind": "hospital", "hospital": "ours"}
    times = {"in_at": stage.days_ago(12), "out_at": stage.days_ago(1)}
    stage.row(someone, "STY", stay | times)
    return someone


def test_forms_of_a_second_screening_have_links_of_their_own():
    someone = stage.randomized()
    with attributed(by=STAGE, via=Source.COMMAND):
        forms = [
            form_instances.ensure_form(someone, "VIT", visit="SCR", occurrence=number)
            for number in (1, 2)
        ]

    page = signed_in("CO").get(reverse("entry:casebook", args=[someone.number]))

    text = page.content.decode()
    table = reverse("entry:log", args=[someone.number, "VIT"])
    assert text.count(f'href="{table}"') == 1  # among the logs, never in the grid
    for form in forms:
        assert f'href="{reverse("entry:form", args=[form.pk])}"' in text


def test_a_nurse_is_offered_only_who_is_in_hospital():
    here, gone = stage.infused(1, ago=9), discharged(2)
    monitor, nurse = person("MO"), signed_in("BN")
    for someone in (here, gone):
        form = FormInstance.objects.get(participant=someone, code="INF", visit="D0")
        raise_query(form, "started_at", "Please check.", by=monitor)

    pages = [nurse.get(reverse(name)) for name in ("review:queries", "entry:my_work")]

    for page in pages:
        assert here.number in page.content.decode()
        assert gone.number not in page.content.decode()


def test_a_nurse_finds_the_next_measurement_on_my_work():
    someone = stage.infused(ago=0.01)

    text = signed_in("BN").get(reverse("entry:my_work")).content.decode()

    assert reverse("visits:bedside", args=[someone.number, "D0"]) in text
    assert "Infusion 1 · Before the start" in text


@pytest.mark.parametrize("role", ["UP", "SO"])
def test_a_casebook_leads_to_no_schedule_that_refuses(role):
    someone = stage.infused(ago=9)

    page = signed_in(role).get(reverse("entry:casebook", args=[someone.number]))

    assert page.status_code == 200
    assert reverse("visits:schedule", args=[someone.number]) not in str(page.content)


def test_a_reader_who_takes_no_part_in_queries_is_led_to_none():
    stage.infused(ago=9)

    reader = signed_in("BR")
    for name in ("monitoring:dashboard", "entry:matrix"):
        page = reader.get(reverse(name))
        assert reverse("review:queries") not in page.content.decode()


def test_an_administrator_without_work_is_led_to_the_accounts():
    text = signed_in("AD").get(reverse("entry:my_work")).content.decode()

    assert "let people in again" in text
    assert f'href="{reverse("accounts:users")}"' in text


def test_the_history_of_an_account_is_in_words():
    account = person(Role.CO)

    services.deactivate(user=account, by=person("AD"), reason="has left")

    (label, old, new), *_rest = accounts.history_of(account)[0].values
    assert (str(label), str(old), str(new)) == ("Active", "yes", "no")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("S-044L", "No participant fits: the last letter does not go with the digits."),
        ("S-044K", "No participant fits."),
        (
            "Ｓ–０４４ l",
            "No participant fits: the last letter does not go with the digits.",
        ),
    ],
)
def test_a_mistyped_number_is_distinguished_from_an_unknown_one(typed, message):
    page = signed_in("CO").post(reverse("entry:find"), {"q": typed}, follow=True)

    assert [str(text) for text in page.context["messages"]] == [message]


@pytest.mark.parametrize("spelling", ["{}", "　{}\u200b", "{}\ufeff"])
@pytest.mark.parametrize("is_wide", [False, True])
def test_a_number_is_found_however_it_is_typed(spelling, is_wide):
    number = stage.participant().number
    wide = number.translate({code: code + 0xFEE0 for code in range(33, 127)})
    typed = spelling.format(wide if is_wide else number.lower().replace("-", "–"))

    answer = signed_in("CO").post(reverse("entry:find"), {"q": typed})

    assert answer.headers["Location"] == reverse("entry:casebook", args=[number])
