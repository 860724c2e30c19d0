"""The pages on which a visit or a casebook is signed."""

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.review import services as review
from record.review.models import Signature, SigningView
from record.review.selectors.sign_offs import CasebookPart, sign_off_states
from record.review.services import Subject
from tests.people import PASSWORD, STAGE, person
from tests.record.capture.saving import WHY
from tests.record.review.test_sign_offs import proof_of
from tests.sample_room.people import A_SAMPLE, participant, sample
from tests.shown import revision, shown
from trial_edc import clock

pytestmark = pytest.mark.django_db
CASEBOOK = reverse("entry:sign_casebook", args=["S-001Z"])
VISIT = reverse("entry:sign_visit", args=["S-001Z", "ZZZ", 0])
PAGES = pytest.mark.parametrize("url", [CASEBOOK, VISIT], ids=["casebook", "visit"])


@pytest.fixture
def leader():
    return person("PI", password=PASSWORD)


@pytest.fixture
def client(leader):
    client = Client()
    client.force_login(leader)
    return client


@pytest.fixture
def form(leader):
    """Complete and signed: nothing is missing."""
    form = save(sample(), A_SAMPLE, by=STAGE, complete=True).form
    sign_form(form, shown_revision=revision(form), proof=proof_of(leader), by=leader)
    return form


def post(client, url, **typed):
    identity = {"username": "pi", "password": PASSWORD}
    return client.post(url, shown(client, url) | identity | typed)


def text_of(answer):
    return answer.content.decode()


@pytest.mark.verifies("SIG-01", "SIG-10")
@PAGES
def test_the_page_shows_what_is_signed_and_signs_it(client, form, url):
    page = text_of(client.get(url))
    answer = post(client, url)

    assert "2026-01-01 10:00" in page
    assert "Principal investigator Doe, Principal investigator" in page
    assert answer.status_code == 302
    signature = Signature.objects.get(form=None)
    assert list(signature.bound) == [str(form.pk)]
    assert (signature.visit, signature.signer_name) == (
        "ZZZ" if url == VISIT else "",
        "Principal investigator Doe",
    )
    assert "Signed" in text_of(client.get(url))


@pytest.mark.verifies("SIG-06")
@PAGES
def test_a_wrong_password_signs_nothing(client, form, url):
    answer = post(client, url, password="wrong")

    assert "This is not your name and password." in text_of(answer)
    assert not Signature.objects.filter(form=None).exists()


@pytest.mark.verifies("SIG-07")
@PAGES
def test_everything_that_is_missing_is_named_with_its_address(client, url):
    draft = save(sample(), {"weight_kg": "70"}, by=STAGE).form
    unsigned = save(sample(2), A_SAMPLE, by=STAGE, complete=True).form
    review.raise_query(unsigned, "weight_kg", "Why?", by=person("MO"))
    sample(3)

    page = text_of(client.get(url))
    answer = client.post(
        url, {"username": "pi", "password": PASSWORD, **shown(client, url)}
    )

    for address, message in (
        (reverse("entry:form", args=[draft.pk]), "The form is a draft: complete it."),
        (
            f"{reverse('entry:form', args=[unsigned.pk])}#row-weight_kg",
            "Answer the open query.",
        ),
        (reverse("entry:form", args=[unsigned.pk]), "The form is not signed."),
    ):
        assert f'<li><a href="{address}">' in page
        assert message in page
    assert "The form is expected and not begun." in page
    assert "4 things are missing" in page
    assert answer.status_code == 200
    assert not Signature.objects.filter(form=None).exists()


@pytest.mark.verifies("SIG-07")
def test_a_query_that_is_about_no_form_is_answered_first(client, form):
    subject = Subject(participant(), visit="ZZZ")
    query = review.raise_query_on(subject, "Seen?", by=person("MO"))

    pages = [text_of(client.get(url)) for url in (CASEBOOK, VISIT)]
    review.answer_query(query, "Yes.", by=person("CO"))
    answer = post(client, CASEBOOK)

    address = f"{reverse('review:queries')}?participant=S-001Z"
    assert [f'<li><a href="{address}">' in page for page in pages] == [True, True]
    assert answer.status_code == 302


@pytest.mark.verifies("SIG-03")
@PAGES
def test_what_changed_between_display_and_signing_is_named(client, form, url):
    typed = shown(client, url) | {"username": "pi", "password": PASSWORD}
    save(form, {"weight_kg": "70"}, by=STAGE, reasons={"weight_kg": WHY})

    answer = client.post(url, typed)

    assert "This changed since it was shown to you: Sample · ZZZ." in text_of(answer)
    assert not Signature.objects.filter(form=None).exists()


def test_two_tabs_sign_once(client, form):
    typed = shown(client, CASEBOOK) | {"username": "pi", "password": PASSWORD}

    answers = [client.post(CASEBOOK, typed).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Signature.objects.filter(form=None).count() == 1


@pytest.mark.verifies("SIG-05")
@pytest.mark.parametrize(
    "columns",
    [
        {"is_active": False},
        {"delegated_until": clock.today().replace(year=2000)},
    ],
)
def test_an_account_that_ends_with_the_page_open_signs_nothing(
    client, form, leader, columns
):
    typed = shown(client, CASEBOOK) | {"username": "pi", "password": PASSWORD}
    with attributed(by=STAGE, via=Source.COMMAND):
        type(leader).objects.filter(pk=leader.pk).update(**columns)

    answer = client.post(CASEBOOK, typed)

    assert answer.status_code == 302
    assert reverse("accounts:sign_in") in answer["Location"]
    assert not Signature.objects.filter(form=None).exists()


@pytest.mark.verifies("SIG-04")
def test_a_broken_sign_off_says_what_changed(client, form):
    post(client, CASEBOOK)
    changed = save(form, {"weight_kg": "70"}, by=STAGE, reasons={"weight_kg": WHY}).form
    form_page = reverse("entry:form", args=[changed.pk])

    page = text_of(client.get(CASEBOOK))
    head = text_of(client.get(reverse("entry:casebook", args=["S-001Z"])))

    assert "Changed, added or struck out since the last signature:" in page
    assert f'<li><a href="{form_page}">' in page
    assert "Signature no longer holds" in page
    assert 'class="casebook-sign-off"' in head
    state = sign_off_states(participant())["", 0]
    assert (state.status, state.holds) == ("signature_broken", False)


@pytest.mark.verifies("SIG-09")
@PAGES
def test_before_the_acknowledgement_nothing_is_signed(form, url):
    someone = person("PI", username="new.pi", password=PASSWORD, acknowledges=False)
    client = Client()
    client.force_login(someone)
    page = text_of(client.get(url))
    assert reverse("accounts:acknowledge") in page
    assert 'name="password"' not in page

    digest = SigningView.objects.get(reader=someone).digest
    typed = {"shown": digest, "username": "new.pi", "password": PASSWORD}
    refusal = text_of(client.post(url, typed))

    assert not Signature.objects.filter(form=None).exists()
    assert reverse("accounts:acknowledge") in refusal


def test_a_casebook_part_of_a_visit_that_is_not_there_is_not_found(client, form):
    for visit, place in (("D1", 0), ("ZZZ", 1)):
        url = reverse("entry:sign_visit", args=["S-001Z", visit, place])
        assert client.get(url).status_code == 404


def test_an_investigator_signs_visits_and_casebooks_a_coordinator_neither(form):
    answers = {}
    for role in ("CO", "IN", "MO", "DM"):
        client = Client()
        client.force_login(person(role))
        answers[role] = [client.get(url).status_code for url in (CASEBOOK, VISIT)]

    refused = [403, 403]
    assert answers == {"CO": refused, "IN": [200, 200], "MO": refused, "DM": refused}
    assert CasebookPart(participant()).is_casebook
