"""The pages of a preparation, and the masked label that they print."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse

from randomization.arms import arm_of
from randomization.infusion_plan import selectors as infusion_plan
from randomization.problems import RandomizationRefused
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.services.preparation import Label, hand_over, label_of
from record.audit.models import Entry
from record.audit.pseudonyms import pseudonym_of
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.people import PASSWORD, person
from tests.randomization import stage
from tests.randomization.product.preparations import (
    confirmed,
    prepared,
)
from tests.shown import shown
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
ARM = re.compile(rb"MSC(?!-001)|SALINE|cell", re.IGNORECASE)


@pytest.mark.pdf
@pytest.mark.verifies("RND-05", "RND-06")
def test_label_is_the_same_in_both_arms_and_printed_on_record(
    client, record, monkeypatch
):
    first, _ = confirmed(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]))
    mine = label_of(record, by=first)

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert not ARM.search(answer.content)
    assert not ARM.search(str(mine).encode())
    [printed, _again] = Entry.objects.filter(act="label_printed")
    assert (printed.participant_id, printed.confidentiality) == (
        pseudonym_of(record.participant_id),
        "restricted",
    )


@pytest.mark.verifies("INF-05")
def test_a_bag_goes_by_the_plan_of_the_time_at_which_it_was_prepared(record):
    [waiting] = worklist.preparations_of([record])
    prepared(record)
    [before] = worklist.preparations_of([record])

    later = replace(PROTOCOL.infusion.precedent, planned_volume_ml=Decimal(250))
    stage.planned_infusion(later, amendment="3")
    [after] = worklist.preparations_of([record])

    assert waiting.plan == before.plan == after.plan == PROTOCOL.infusion.precedent
    assert infusion_plan.present_plan() == later


@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize("minutes", [(30, 10), (75, 60), (3, 1)])
def test_the_label_tells_no_time_and_nobody_of_the_preparation(record, minutes):
    """Thawed cells and saline are prepared at other times, in part by other people."""
    (requested,) = worklist.preparations_of([record])
    now = clock.now().replace(second=0, microsecond=0)
    out_of_storage_at, prepared_at = (now - timedelta(minutes=m) for m in minutes)
    first, _ = confirmed(
        record,
        out_of_storage_at=out_of_storage_at,
        prepared_at=prepared_at,
        **({"thawed_at": prepared_at} if arm_of(record.participant) == "MSC" else {}),
    )

    label = label_of(record, by=first)

    assert label == Label(
        code=requested.code,
        participant=record.participant.number,
        sex="Male",
        age_years=50,
        infusion_number=1,
        volume_ml=PROTOCOL.infusion.precedent.planned_volume_ml,
        start_before=requested.planned_start_at + timedelta(minutes=30),
    )
    page = render_to_string(
        "randomization/product/label.html",
        {"label": label, "trial": PROTOCOL.registry},
    )
    site_times = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", page)
    assert site_times == [
        f"{label.start_before.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"
    ]
    assert first.full_name not in page


@pytest.mark.verifies("RND-05")
def test_a_bag_taken_out_of_storage_too_early_gets_no_label(record):
    (requested,) = worklist.preparations_of([record])
    early = requested.times.prepare_from - timedelta(minutes=1)
    first, second = prepared(record)
    save(
        record,
        {"out_of_storage_at": early},
        by=first,
        explanations={"PRD-19": "the start was put off"},
    )
    for one in (first, second):
        stage.confirm_preparation(record, proof=stage.proof_of(one), by=one)

    for leave in (
        lambda: label_of(record, by=first),
        lambda: hand_over(record, to=second, at=clock.now(), by=first),
    ):
        with pytest.raises(RandomizationRefused, match="Prepare another one"):
            leave()


def test_without_a_pdf_writer_no_label_is_recorded(
    client, record, monkeypatch, tmp_path
):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load libpango')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    first, _ = confirmed(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]), follow=True)

    assert b"This server cannot make a PDF" in answer.content
    assert not Entry.objects.filter(act="label_printed").exists()


def test_label_waits_for_both(client, record):
    first, _ = prepared(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]), follow=True)

    assert b"Preparer and checker confirm" in answer.content
    with pytest.raises(PermissionDenied):
        label_of(record, by=stage.colleague("UM"))


def test_desk_page_leads_through_the_steps(client, record):
    arm = arm_of(record.participant)
    first = person("UP", username="first", password=PASSWORD)
    second = person("PN", username="second", password=PASSWORD)
    address = reverse("randomization:preparation", args=[record.pk])
    client.force_login(first)
    empty = client.get(address)
    prepared(record, prepared_by=first.pk, checked_by=second.pk)

    for user in (first, second):
        client.force_login(user)
        wrong = client.post(
            address, {"act": "confirm", "username": user.username, "password": "x"}
        )
        right = client.post(
            address,
            shown(client, address)
            | {"act": "confirm", "username": user.username, "password": PASSWORD},
        )
        assert (wrong.status_code, right.status_code) == (400, 302)
    ready = client.get(address).content.decode()
    handed = client.post(
        address,
        {
            "act": "hand_over",
            "handed_to": person("BN").pk,
            "at": f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}",
        },
    )

    assert f"<strong>{arm}</strong>".encode() in empty.content
    assert "Label of the bag" in ready
    assert handed.status_code == 302
    assert b"Enter what came back" in client.get(address).content


def test_unblinded_monitor_reads_the_desk_and_acts_on_nothing(client, record):
    address = reverse("randomization:preparation", args=[record.pk])
    client.force_login(stage.colleague("UM"))

    assert client.get(address).status_code == 200
    assert client.post(address, {"act": "hand_over"}).status_code == 403
    request = FormInstance.objects.get(
        participant=record.participant, code="IRQ", visit="D0"
    )
    other = reverse("randomization:preparation", args=[request.pk])
    assert client.get(other).status_code == 404
