"""Before the first signature its owner acknowledges what it means."""

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from record.accounts.models import SignatureAcknowledgement
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.services.signing import acknowledge_signature, obstacle_to_signing
from record.accounts.texts import SIGNATURE_STATEMENT, SIGNATURE_STATEMENT_VERSION
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:acknowledge")
TYPED = {"is_read": "on", "username": "in", "password": PASSWORD}


@pytest.fixture
def investigator():
    return person("IN", password=PASSWORD, acknowledges=False)


@pytest.fixture
def client(investigator):
    client = Client()
    client.force_login(investigator)
    return client


def stored():
    rows = SignatureAcknowledgement.objects.values_list("user__username", "version")
    return list(rows)


@pytest.mark.verifies("SIG-09")
def test_the_statement_is_stored_as_it_was_read_and_recorded(client, investigator):
    page = client.get(PAGE).content.decode()

    answer = client.post(f"{PAGE}?next=/participants/", TYPED)

    assert SIGNATURE_STATEMENT in page
    assert answer["Location"] == "/participants/"
    row = SignatureAcknowledgement.objects.get()
    assert (row.user, row.version, row.language, row.text) == (
        investigator,
        SIGNATURE_STATEMENT_VERSION,
        "en",
        SIGNATURE_STATEMENT,
    )
    entry = Entry.objects.get(act="signature_acknowledged")
    assert (entry.actor, entry.changes) == ("in", {"version": 1})


@pytest.mark.verifies("SIG-09")
def test_in_chinese_the_chinese_statement_is_stored(client):
    client.post(PAGE, TYPED, headers={"accept-language": "zh-hans"})

    row = SignatureAcknowledgement.objects.get()
    assert row.language == "zh-hans"
    assert row.text.startswith("本系统中的电子签名仅属于我本人")


@pytest.mark.parametrize(
    "typed", [{"is_read": ""}, {"password": "wrong"}, {"username": "somebody"}]
)
def test_without_reading_or_password_nothing_is_acknowledged(client, typed):
    answer = client.post(PAGE, TYPED | typed)

    assert answer.status_code == 200
    assert stored() == []


def test_twice_is_once(client, investigator):
    client.post(PAGE, TYPED)
    proof = ReAuthenticated(investigator.pk, clock.now())
    acknowledge_signature(user=investigator, proof=proof)

    assert stored() == [("in", 1)]
    assert Entry.objects.filter(act="signature_acknowledged").count() == 1
    assert "Statement 1 acknowledged" in client.get(PAGE).content.decode()


def test_nobody_acknowledges_for_another(investigator):
    other = person("PI", acknowledges=False)

    proof = ReAuthenticated(investigator.pk, clock.now())
    with pytest.raises(IdentityNotConfirmed):
        acknowledge_signature(user=other, proof=proof)

    assert stored() == []


@pytest.mark.verifies("SIG-09")
def test_without_it_nobody_signs(investigator):
    def obstacle():
        with attributed(by=investigator, via=Source.PAGE):
            return obstacle_to_signing(investigator)

    before = obstacle()
    proof = ReAuthenticated(investigator.pk, clock.now())
    acknowledge_signature(user=investigator, proof=proof)

    assert before == "Acknowledge first that your electronic signature binds you."
    assert obstacle() == ""


def test_an_acknowledgement_stays_as_it_was_given():
    person("IN")
    with (
        pytest.raises(DatabaseError, match="never changed"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        SignatureAcknowledgement.objects.update(version=2)


@pytest.mark.verifies("SIG-09")
def test_the_pages_of_the_account_say_whether_it_is_acknowledged(client):
    before = client.get(reverse("accounts:preferences")).content.decode()
    client.post(PAGE, TYPED)
    after = client.get(reverse("accounts:preferences")).content.decode()

    coordinator = Client()
    coordinator.force_login(person("CO"))
    other = coordinator.get(reverse("accounts:preferences")).content.decode()

    assert "not acknowledged yet" in before
    assert "Statement 1 acknowledged" in after
    assert "Electronic signature" not in other
    assert coordinator.get(PAGE).status_code == 403
