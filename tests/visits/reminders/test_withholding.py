"""Death, withdrawal, refusal and hospital: messages that are withheld, or go on."""

from datetime import time

import pytest

from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from tests.people import STAGE
from tests.visits import stage
from tests.visits.reminders.outbox import (
    CONSENT,
    PHONE,
    book,
    out_patient,
    outbox,
    run_workers,
)
from trial_edc import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.verifies("REM-01"),
    pytest.mark.usefixtures("box"),
]
MISTAKE = Reason("error", "wrong person")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("death", "the participant has died"),
        ("withdrawal", "the participant has withdrawn"),
        ("opt-out", "the participant wants no messages"),
        ("refusal", "no consent to be written to"),
        ("visit", "the visit awaits nobody any more"),
    ],
)
def test_queued_message_is_withheld_at_once(box, what, reason):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))

    end_reminders(who, what)

    assert outbox() == [("visit_upcoming", "withheld", reason)]
    run_workers(7, time(9))
    assert box.bodies == []


def end_reminders(who, what):
    match what:
        case "death":
            stage.enter(who, "DTH", {"death_on": stage.day(1).isoformat()})
        case "withdrawal":
            withdrawal = {"kind": "visits_lookup_allowed", "on": stage.day(0)}
            stage.row(who, "WDR", withdrawal)
        case "opt-out":
            stage.enter(who, "CTC", {"opted_out_at": clock.now()})
        case "refusal":
            refusal = {"kind": "contact", "decision": "refused"}
            stage.row(who, "CNS", {**refusal, "decided_at": clock.now()})
        case "visit":
            stage.attend(who, "D28", ago=0, window_reason="site")


def test_withdrawal_from_infusion_only_keeps_the_reminders():
    who = out_patient()
    book(who, "D28", 9)
    stage.row(who, "WDR", {"kind": "infusion_only", "on": stage.day(1)})

    run_workers(6)

    assert outbox() == [("visit_upcoming", "sent", "")]


def test_a_death_entered_by_mistake_lets_messages_go_on(box):
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))
    death = stage.enter(who, "DTH", {"death_on": stage.day(1).isoformat()})
    strike_row(death, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert run_workers(7) == 1
    assert outbox() == [("visit_upcoming", "sent", "")]
    assert len(box.bodies) == 1


def test_an_in_patient_is_not_written_to():
    who = stage.infused(ago=20)  # no discharge is known
    stage.row(who, "CNS", {"decided_at": stage.days_ago(20), **CONSENT})
    stage.enter(who, "CTC", {"phones": [PHONE]})
    book(who, "D28", 9)

    assert run_workers(6) == 0
    values = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(21)}
    stay = stage.row(who, "STY", values)
    assert run_workers(6) == 0
    stage.change(stay, out_at=stage.days_ago(10))
    assert run_workers(6) == 1


def test_a_readmission_stops_what_waits():
    who = out_patient()
    book(who, "D28", 9)
    run_workers(6, time(22))
    stay = {"kind": "hospital", "hospital": "ours", "in_at": stage.days_ago(0.1)}
    stage.row(who, "STY", stay)

    run_workers(7, time(9))

    assert outbox() == [
        (
            "visit_upcoming",
            "withheld",
            "in hospital: the ward tells the participant",
        )
    ]


def test_consent_given_anew_ends_an_opt_out():
    who = out_patient()
    book(who, "D28", 9)
    stage.enter(who, "CTC", {"opted_out_at": stage.days_ago(2)})
    assert run_workers(6) == 0

    stage.row(who, "CNS", {"decided_at": stage.days_ago(1), **CONSENT})

    assert run_workers(6) == 1
