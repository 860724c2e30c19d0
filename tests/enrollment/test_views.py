"""The screening pages."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.models import EligibilityConfirmation
from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.enrollment import factories
from tests.enrollment.lines import screening_log
from tests.people import PASSWORD, STAGE
from tests.shown import shown
from trial_edc import clock

LOG = "/enrollment/"
# Session, person, then the selects of the page itself.
LOG_SELECTS = 6
ELIGIBILITY_SELECTS = 11  # one says whether the second factor is asked for


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def set_password(user: User) -> None:
    user.set_password(PASSWORD)
    with attributed(by=STAGE, via=Source.COMMAND):
        user.save(update_fields=["password"])


@pytest.fixture
def coordinator_client(coordinator: User) -> Client:
    return signed_in(coordinator)


@pytest.mark.parametrize("people", [1, 3])
def test_screening_log_lists_everybody_in_as_many_selects(
    people: int,
    coordinator: User,
    coordinator_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(people):
        factories.consented(coordinator)
    coordinator_client.get(LOG)  # the first request touches the session

    with django_assert_num_queries(LOG_SELECTS):
        response = coordinator_client.get(LOG)

    numbers = [line.number for line in response.context["table"].lines]
    assert numbers == ["S-003A", "S-002W", "S-001R"][3 - people :]


def test_empty_log_says_what_will_be_here(coordinator_client: Client) -> None:
    assert "Nobody has been approached yet" in coordinator_client.get(LOG).text


def test_register_gives_a_number_and_leads_to_the_person(
    coordinator_client: Client,
) -> None:
    typed = {
        "approached_at": "2024-03-01T08:30",
        "source": "icu",
        "age_years": "57",
        "sex": "F",
    }

    response = coordinator_client.post(f"{LOG}register/", typed)

    assert response.headers["Location"] == "/enrollment/S-001R/eligibility/"
    line = screening_log(User.objects.get(username="liwei"))[0]
    assert (line.source, line.sex, line.age_years) == ("ICU", "Female", 57)


def test_register_keeps_what_was_typed_when_a_check_asks(
    coordinator_client: Client,
) -> None:
    typed = {
        "approached_at": "2024-03-01T08:30",
        "source": "icu",
        "age_years": "71",
        "sex": "F",
        "approach_result": "declined",
    }
    answer = coordinator_client.post(f"{LOG}register/", typed)
    form = answer.context["form"]

    assert form.errors["age_years"] == ["71 is unusual (expected 18 to 65 y)."]
    assert not Participant.objects.exists()

    answered = {**typed, "checks": form.data["checks"], "explanation": "Seen the card."}
    coordinator_client.post(f"{LOG}register/", answered)

    assert Participant.objects.get().number == "S-001R"


def test_register_refuses_the_future(coordinator_client: Client) -> None:
    typed = {
        "approached_at": "2999-03-01T08:30",
        "source": "icu",
        "age_years": "57",
        "sex": "F",
    }

    form = coordinator_client.post(f"{LOG}register/", typed).context["form"]

    assert form.errors["approached_at"] == [
        "This is in the future. Check date and time."
    ]


def test_eligibility_page_puts_the_unknown_first(
    coordinator: User, consented: Participant, coordinator_client: Client
) -> None:
    del coordinator
    response = coordinator_client.get(f"{LOG}{consented.number}/eligibility/")

    rows = response.context["page"].rows
    assert len(rows) == 24
    states = [row.state for row in rows]
    assert states == sorted(states, key=lambda state: state != "unknown")
    assert "23 unknown, 0 against" in response.text
    assert "Patients need mechanical ventilation" in response.text


@pytest.mark.parametrize("further_rows", [0, 5])
def test_eligibility_page_reads_in_a_fixed_number_of_selects(
    further_rows: int,
    eligible: Participant,
    coordinator: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for hours in range(further_rows):
        factories.creatinine(eligible, coordinator, "210", factories.ago(hours=hours))
    address, client = f"{LOG}{eligible.number}/eligibility/", signed_in(coordinator)
    client.get(address)

    with django_assert_num_queries(ELIGIBILITY_SELECTS):
        response = client.get(address)

    texts = {row.id: row.basis for row in response.context["page"].rows}
    assert texts["I1"].startswith("85 → 200 µmol/L in 42 h: 2.35-fold")
    assert texts["I2"].endswith("years at consent")
    assert texts["E9"].startswith("eGFR ")
    assert "baseline 80 µmol/L (lowest in the 90 days before)" in texts["E9"]
    assert texts["E11"] == "LVEF 60 %; judged severe: no"
    assert texts["E13"] == "None"
    assert texts["E17"] == "no such drug"
    assert texts["E18"] == "platelets 150 10⁹/L; judged severe: no"
    assert texts["E1"] == "None of these"


def test_investigator_confirms_with_name_and_password(
    investigator: User, eligible: Participant
) -> None:
    address = f"{LOG}{eligible.number}/eligibility/"
    wrong = {"username": "zhao", "password": "wrong"}
    right = {"username": "zhao", "password": PASSWORD}
    set_password(investigator)
    bench = signed_in(investigator)

    refused = bench.post(address, wrong)
    assert not EligibilityConfirmation.objects.exists()
    bench.post(address, shown(bench, address) | right)

    assert "This is not your name and password." in refused.text
    confirmation = EligibilityConfirmation.objects.get()
    assert (confirmation.signer, confirmation.signer_role) == (investigator, "IN")
    assert "Zhao Min (Investigator) · " in bench.get(address).text


@pytest.mark.verifies("ELG-CONFIRM")
def test_what_changed_under_the_page_is_not_confirmed(
    investigator: User, eligible: Participant
) -> None:
    address = f"{LOG}{eligible.number}/eligibility/"
    identity = {"username": "zhao", "password": PASSWORD}
    set_password(investigator)
    bench = signed_in(investigator)
    seen = shown(bench, address) | identity
    demographics = FormInstance.objects.get(participant=eligible, code="DEM")
    reasons = {"birth_date": Reason("error", "read from the wrong card")}
    save(
        demographics,
        {"birth_date": "1970-02-03"},
        by=STAGE,
        via=Source.COMMAND,
        reasons=reasons,
    )

    refused = bench.post(address, seen)
    assert not EligibilityConfirmation.objects.exists()
    bench.post(address, shown(bench, address) | identity)

    words = "What decides changed since it was shown to you: Birth date."
    assert words in refused.text
    assert EligibilityConfirmation.objects.get().signer == investigator


def test_coordinator_cannot_confirm(
    eligible: Participant, coordinator_client: Client
) -> None:
    address = f"{LOG}{eligible.number}/eligibility/"

    response = coordinator_client.post(
        address, {"username": "liwei", "password": PASSWORD}
    )

    assert response.status_code == 403
    assert "Confirm eligibility" not in coordinator_client.get(address).text


def test_close_then_screen_again(
    consented: Participant, coordinator_client: Client
) -> None:
    closing = {
        "screening_closed_at": factories.ago(hours=1).isoformat(),
        "screen_failure_reason": "not_evaluable",
    }
    place = f"{LOG}{consented.number}/"

    assert coordinator_client.post(f"{place}close/", closing).status_code == 302
    again = {"approached_at": factories.ago(minutes=5).isoformat(), "source": "ward"}
    assert coordinator_client.post(f"{place}rescreen/", again).status_code == 302

    assert (
        eligibility_selectors.eligibility_of(consented).number
        == f"{consented.number}.1"
    )


def test_close_says_which_reason_does_not_fit(
    consented: Participant, coordinator_client: Client
) -> None:
    closing = {
        "screening_closed_at": factories.ago(hours=1).isoformat(),
        "screen_failure_reason": "criteria_failed",
    }

    form = coordinator_client.post(f"{LOG}{consented.number}/close/", closing).context[
        "form"
    ]

    assert form.errors["screen_failure_reason"] == [
        "No criterion decides against this person. Choose another reason."
    ]


def test_screening_is_hidden_from_who_reads_a_part(approached: Participant) -> None:
    pharmacist = signed_in(factories.account("pang", "UP"))

    for page in (LOG, f"{LOG}{approached.number}/eligibility/"):
        assert pharmacist.get(page).status_code == 403


def test_a_double_click_registers_one_person(coordinator_client):
    url = f"{LOG}register/"
    form = coordinator_client.get(url).context["form"]
    posted = {
        "approached_at": form["approached_at"].value(),
        "source": "icu",
        "age_years": "50",
        "sex": "M",
        "client_key": form["client_key"].value(),
    }

    answers = [coordinator_client.post(url, posted) for _click in range(2)]

    place = f"{LOG}{Participant.objects.get().number}/eligibility/"
    assert [answer.headers["Location"] for answer in answers] == [place, place]


def test_what_has_grown_old_is_told_with_its_place_and_changes_nothing(
    eligible: Participant, investigator: User
) -> None:
    factories.confirmed(eligible, investigator)
    address = f"{LOG}{eligible.number}/eligibility/"

    with clock.at(clock.now() + timedelta(days=40)):
        page = signed_in(investigator).get(address).context["page"]

    warnings = [(row.label, row.limit, row.item) for row in page.warnings]
    assert warnings == [
        ("Echocardiography is older than its limit", "30 days", "lvef_at"),
        ("Platelet count is older than its limit", "48 hours", "sampled_at"),
        ("Qualifying creatinine is older than its limit", "72 hours", "sample_at"),
        ("Criteria must be confirmed again", "24 hours", ""),
    ]
    assert (page.against, page.unknown, page.missing_entries) == ([], [], [])


def test_each_missing_entry_is_a_link_to_its_field(
    consented: Participant, coordinator_client: Client
) -> None:
    text = coordinator_client.get(f"{LOG}{consented.number}/eligibility/").text

    for code, visit, item in (
        ("DEM", "", "birth_date"),
        ("ELG", "", "lvef_pct"),
        ("LAB", "SCR", "platelets"),
        ("VIT", "SCR", "weight_kg"),
    ):
        form = factories.data(consented, code, visit)
        assert f'href="/forms/{form.pk}/#row-{item}"' in text
    assert f'href="/participants/{consented.number}/logs/CRE/"' in text


def test_nothing_is_frozen_before_randomization(
    eligible: Participant, coordinator_client: Client
) -> None:
    answer = coordinator_client.get(f"{LOG}{eligible.number}/frozen/")

    assert "Nothing is frozen yet" in answer.text


@pytest.mark.parametrize(
    ("result", "reason", "stored_reason"),
    [
        ("incapable_no_representative", "", "other"),
        ("declined", "", "consent_refused"),
        ("other", "time_expired", "time_expired"),
    ],
)
def test_an_approach_that_leads_nowhere_can_always_be_closed(
    approached: Participant,
    coordinator_client: Client,
    result: str,
    reason: str,
    stored_reason: str,
) -> None:
    closing = {
        "approach_result": result,
        "screening_closed_at": factories.ago(hours=1).isoformat(),
        "screen_failure_reason": reason,
    }

    assert (
        coordinator_client.post(f"{LOG}{approached.number}/close/", closing).status_code
        == 302
    )

    eligibility = eligibility_selectors.eligibility_of(approached)
    assert eligibility.casebook.value("SCN", "screen_failure_reason") == stored_reason
    assert eligibility.status == "screen_failed"


def test_closing_without_any_reason_is_asked_again(
    consented: Participant, coordinator_client: Client
) -> None:
    closing = {"screening_closed_at": factories.ago(hours=1).isoformat()}

    form = coordinator_client.post(f"{LOG}{consented.number}/close/", closing).context[
        "form"
    ]

    assert form.errors["screen_failure_reason"] == ["Choose the reason."]
    assert not eligibility_selectors.eligibility_of(consented).is_screening_closed
