"""What a pause of the study holds up, and where it is said."""

from datetime import timedelta

import pytest
from django.urls import reverse

from randomization.models import Allocation
from randomization.problems import RandomizationRefused
from randomization.product.services.preparation import (
    hand_over,
)
from randomization.study import services as study
from randomization.vocabulary import StudyStatus
from record.audit.attribution import Reason
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review.problems import ReviewRefused
from tests.people import person
from tests.randomization import stage
from tests.randomization.product.preparations import confirmed
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("INF-05")
def test_nothing_is_handed_over_in_a_pause(record):
    first, _ = confirmed(record)
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )

    with pytest.raises(RandomizationRefused, match="Infusions are paused"):
        hand_over(record, to=person("BN"), at=clock.now(), by=first)


@pytest.mark.verifies("INF-05")
def test_pause_shows_on_the_worklist(client, record):
    client.force_login(stage.colleague("UP"))
    address = reverse("randomization:preparations")
    before = client.get(address).content.decode()
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )

    after = client.get(address).content.decode()

    assert "Paused" not in before
    assert "Infusions are paused" in after
    assert ">Paused<" in after


@pytest.mark.verifies("INF-05")
def test_request_is_not_signed_in_a_pause_and_what_ran_in_is_told(client, record):
    participant = record.participant
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )
    investigator = stage.colleague("IN")
    request = FormInstance.objects.get(participant=participant, code="IRQ", visit="D0")
    again = {"dosing_weight_kg": 71}
    why = {"dosing_weight_kg": Reason("correction", "scale")}
    save(request, again, by=investigator, reasons=why)

    with pytest.raises(ReviewRefused, match="Infusions are paused"):
        sign_form(
            request,
            shown_revision=revision(request),
            proof=stage.proof_of(investigator),
            by=investigator,
        )
    infusion = stage.form_of(participant, "INF", "D0")
    values = {"given": "given", "started_at": clock.now() + timedelta(minutes=1)}
    with clock.shifted(timedelta(minutes=2)):
        save(infusion, values, by=investigator)

    request.refresh_from_db()
    assert not any(one.holds_for(request) for one in request.signatures.all())
    deviations = FormInstance.objects.filter(participant=participant, code="DEV")
    rules = {stage.values_of(one)["rule"].split()[0] for one in deviations}
    assert "INFUSION-IN-PAUSE" in rules
    client.force_login(investigator)
    page = client.get(reverse("entry:my_work")).content.decode()
    assert "Randomization and infusions paused" in page


@pytest.mark.verifies("RND-01")
def test_pause_is_told_where_somebody_would_be_randomized(client, record):
    del record
    study.change_status(
        StudyStatus.PAUSED_RANDOMIZATION, reason="supply", by=stage.colleague("PI")
    )
    participant = stage.ready()
    client.force_login(stage.colleague("CO"))
    address = reverse("randomization:randomize", args=[participant.number])

    page_text = client.get(address).content.decode()
    posted = client.post(address, {"number": participant.number})

    assert "Randomization is paused until two persons reopen it." in page_text
    assert posted.status_code == 400
    assert not Allocation.objects.filter(participant=participant).exists()
