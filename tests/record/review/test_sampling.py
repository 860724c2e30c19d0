"""The plan of verification in lists, counts and the report before the lock."""

from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.lock.readiness import readiness
from record.review import services as review
from record.review.models import RaisedShare, SampleSeed
from record.review.selectors import (
    complete_forms,
    count_to_verify,
    planned,
    verification_plan,
)
from tests.record.capture.saving import WHY
from tests.sample_room.people import A_SAMPLE, person, sample, secret
from tests.shown import revision
from trial_edc import chance
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
PEOPLE = range(1, 25)
VERIFICATION = reverse("review:verification")


@pytest.fixture
def monitor():
    return person("MO")


@pytest.fixture
def drawn(monitor, settings):
    """Forms of many people, and a sample of them."""
    settings.DEMO = True
    for number in PEOPLE:
        save(sample(of=number), A_SAMPLE, by=person(), complete=True)
    with chance.seeded("sampling"):
        review.draw_sample(by=monitor)


def in_sample() -> set[int]:
    plan = verification_plan()
    return {
        person.pk
        for person in Participant.objects.all()
        if plan.asks_for("ZZA", person.number)
    }


@pytest.mark.verifies("SDV-01")
def test_sql_asks_for_the_forms_that_the_rule_asks_for(drawn):
    asks = FormInstance.objects.filter(planned(verification_plan()))

    people = set(asks.values_list("participant_id", flat=True))

    assert people == in_sample()
    assert 0 < len(people) < len(PEOPLE)


@pytest.mark.verifies("SDV-01", "SDV-02")
def test_list_count_and_lock_report_have_the_same_forms(drawn, monitor, client):
    client.force_login(monitor)

    page = client.get(VERIFICATION)

    by_check = {result.check.name: result.count for result in readiness().results}
    listed = {line.form.participant_id for line in page.context["table"].lines}
    assert listed == in_sample()
    assert len(listed) == count_to_verify(monitor) == page.context["to_do"]
    assert by_check["verification_other"] == len(listed)
    assert by_check["verification_critical"] == 0


@pytest.mark.verifies("SDV-01")
def test_a_form_outside_of_the_sample_is_listed_apart_and_can_be_verified(
    drawn, monitor, client
):
    client.force_login(monitor)
    outside = client.get(VERIFICATION + "?plan=outside").context["table"].lines
    form = outside[0].form

    review.verify(form, form.item_revisions, shown_revision=revision(form), by=monitor)

    whole = client.get(VERIFICATION + "?plan=every&state=").context["total"]
    states = Counter(client.get(VERIFICATION).context["states"])
    assert {line.form.participant_id for line in outside}.isdisjoint(in_sample())
    assert len(outside) + len(in_sample()) == whole == len(PEOPLE)
    assert states["verified", 0] == 1
    form.refresh_from_db()
    assert form.verification == "verified"


@pytest.mark.verifies("SDV-02")
def test_a_tier_tells_how_much_of_it_is_verified(drawn, monitor, client):
    client.force_login(monitor)
    form = client.get(VERIFICATION).context["table"].lines[0].form
    review.verify(form, form.item_revisions, shown_revision=revision(form), by=monitor)

    tiers = client.get(VERIFICATION).context["tiers"]
    empty = client.get(VERIFICATION + "?tier=critical").context

    total = len(in_sample())
    assert [(tier.tier, tier.verified, tier.total) for tier in tiers] == [
        ("critical", 0, 0),
        ("important", 0, 0),
        ("other", 1, total),
    ]
    assert [tier.done_pct for tier in tiers] == [100, 100, 100 // total]
    assert (list(empty["table"].lines), empty["to_do"]) == ([], 0)


@pytest.mark.verifies("SDV-01")
def test_v_stays_in_the_tier_and_the_sample(drawn, monitor, client):
    client.force_login(monitor)
    form = client.get(VERIFICATION + "?tier=other").context["table"].lines[0].form
    url = reverse("entry:verify_form", args=[form.pk])
    places = []
    for _step in in_sample():
        response = client.post(url, {"based_on": revision(form), "list": "tier=other"})
        places.append(form.participant_id)
        if response.url.startswith(VERIFICATION):
            break
        form = FormInstance.objects.get(pk=response.url.split("/")[-2])
        url = reverse("entry:verify_form", args=[form.pk])

    assert sorted(places) == sorted(in_sample())


def test_before_the_draw_every_form_is_to_verify(monitor):
    for number in PEOPLE[:3]:
        save(sample(of=number), A_SAMPLE, by=person(), complete=True)

    assert count_to_verify(monitor) == 3


@pytest.mark.verifies("SDV-01")
def test_the_seed_is_drawn_once_and_no_entry_tells_it(monitor, client):
    client.force_login(monitor)
    for _time in (1, 2):
        client.post(reverse("review:draw_sample"))

    seed = SampleSeed.objects.get().seed
    entries = Entry.objects.filter(table_name=SampleSeed._meta.db_table)
    assert len(seed) == 64
    assert Entry.objects.filter(act="sample_drawn").count() == entries.count() == 1
    assert seed not in str(list(entries.values()))
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        attributed(by=monitor, via=Source.PAGE, reason=WHY),
    ):
        SampleSeed.objects.update(seed="mine")


@pytest.mark.parametrize("role", ["CO", "PI", "DM", "UM", "AD"])
def test_only_the_monitor_draws(role, client):
    client.force_login(person(role))

    response = client.post(reverse("review:draw_sample"))

    assert response.status_code == 403
    with pytest.raises(PermissionDenied):
        review.draw_sample(by=person(role))
    assert not SampleSeed.objects.exists()


@pytest.mark.verifies("SDV-03")
def test_findings_raise_the_shares_of_sampled_tiers(drawn, monitor):
    before = in_sample()

    with attributed(by=monitor, via=Source.PAGE):
        raised = review.raise_shares(findings=2, reason="two findings", by=monitor)

    assert raised == {"important": 90, "other": 60}
    assert verification_plan().shares_pct == {
        "critical": 100,
        "important": 90,
        "other": 60,
    }
    assert before < in_sample()
    assert set(RaisedShare.objects.values_list("reason", flat=True)) == {"two findings"}


@pytest.mark.verifies("SDV-01")
def test_what_unblinds_is_verified_of_everybody(drawn):
    unblinded = person("UM")
    for number in (1, 2, 3):
        save(
            secret(of=number),
            {"product": "icu", "cells": "1"},
            by=person("UP"),
            complete=True,
        )

    assert count_to_verify(unblinded) == complete_forms(unblinded).count() == 3


def test_the_plan_names_forms_that_there_are():
    named = {code for tier in PROTOCOL.verification.tiers for code in tier.forms}

    assert named - set(catalogue.designs()) == set()
