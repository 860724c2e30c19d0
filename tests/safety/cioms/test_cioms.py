"""CIOMS I: blinded for readers of reports; unblinded once, by the safety officer."""

import re
import sys
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from randomization.arms import arm_of
from randomization.models import CodeBreak
from randomization.problems import RandomizationRefused
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.notices.models import Message
from safety.cioms.facts import FORMS, Cioms, cioms_of
from safety.cioms.services import susar_account, unblinded_pdf
from safety.reports.selectors.reports import ReportLine, report_lines
from tests.outcomes import course
from tests.people import PASSWORD, STAGE, person
from tests.randomization import stage
from tests.safety.sending import send_report
from trial_edc import clock

pytestmark = pytest.mark.django_db
PRODUCT = re.compile(r"\b(MSC|SALINE|Saline|Mesenchymal)\b")
NOT_FOUND = 404
SUSAR = {"causality_sponsor": "possible", "expected_per_rsi": "N", "rsi_version": "1"}
WHY = susar_account("SUSAR of 5 March", "NMPA")


def reported(participant: Participant, **event: Any) -> FormInstance:
    values = {
        "serious": "Y",
        "term": "肺栓塞",
        "onset": f"{course.day(1)}T10:00",
        "seriousness": ["life_threatening", "hospitalisation"],
        "grade": "4",
        "caused_by_infusion": "possible",
        "outcome": "recovering",
        **event,
    }
    course.row(participant, "AE", values)
    report = course.forms(participant, "SAE")[-1]
    aware = {
        "aware_at": course.days_ago(0.1),
        "narrative": "突发呼吸困难。 Oxygen given.",
        "history": "Hypertension since 2010",
    }
    save(report, aware, by=STAGE, via=Source.COMMAND)
    send_report(report, by=stage.colleague("IN"))
    return report


def line_of(report: FormInstance) -> ReportLine:
    (line,) = [line for line in report_lines() if line.form == report]
    return line


def form_of(report: FormInstance) -> Cioms:
    line = line_of(report)
    return cioms_of(line, casebook_of(line.participant, *FORMS))


@pytest.fixture
def infused() -> Participant:
    """A participant infused five days ago, with drugs."""
    participant = course.randomized(infused=5)
    for drug, start in (("Heparin", 3), ("Morphine", 0)):
        row = {"drug": drug, "start": course.day(start).isoformat(), "ongoing": "Y"}
        course.row(participant, "CMD", row)
    return participant


@pytest.fixture
def susar() -> FormInstance:
    """Sent report of a randomized person, assessed as a SUSAR."""
    stage.open_study()
    participant = stage.randomized_participant()
    now = clock.now().replace(second=0, microsecond=0)
    started = {"given": "given", "started_at": now}
    save(stage.form_of(participant, "INF", "D0"), started, by=STAGE, via=Source.COMMAND)
    report = reported(participant)
    (assessment,) = course.forms(participant, "SPA")
    save(assessment, SUSAR, by=STAGE, via=Source.COMMAND)
    return report


@pytest.mark.verifies("SAF-12")
def test_form_tells_what_is_recorded_and_no_product(infused: Participant) -> None:
    form = form_of(reported(infused))

    assert (form.participant, form.sex, form.age_years) == (
        infused.number,
        "Male",
        course.day(1).year
        - 1970
        - ((course.day(1).month, course.day(1).day) < (3, 15)),
    )
    assert [label for label, is_met in form.criteria if is_met] == [
        "Involved or prolonged inpatient hospitalisation",
        "Life threatening",
    ]
    (suspect,) = form.suspects
    assert (suspect.name, suspect.batch) == (
        "Study infusion (MSC or saline), blinded",
        "blinded",
    )
    assert [drug.split()[0] for drug in form.drugs] == ["Heparin"]
    assert form.history == ("Hypertension since 2010",)
    assert (form.abated, form.reappeared) == ("Not applicable", "Not applicable")
    assert form.control_no == f"MSC-001-{infused.number}-1"
    assert (form.version, form.is_initial, form.is_unblinded) == (
        "Initial",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("action", "outcome", "abated"),
    [
        ("stopped", "recovered", "Yes"),
        ("interrupted", "not_recovered", "No"),
        ("none", "recovered", "Not applicable"),
    ],
)
def test_abated_asks_what_followed_the_stop(
    infused: Participant, action: str, outcome: str, abated: str
) -> None:
    form = form_of(reported(infused, action_infusion=action, outcome=outcome))

    assert form.abated == abated


def test_reappeared_asks_for_a_reaction_to_the_second_infusion(
    infused: Participant,
) -> None:
    report = reported(infused, infusion_number="1", infusion_reaction="Y")
    again = {"given": "given", "started_at": course.days_ago(0.2)}
    course.enter(infused, "INF", again, visit="D7")
    assert form_of(report).reappeared == "No"

    course.row(infused, "AE", {"infusion_number": "2", "infusion_reaction": "Y"})

    assert form_of(report).reappeared == "Yes"


@pytest.mark.pdf
@pytest.mark.verifies("SAF-12", "AUD-07")
def test_blinded_form_is_made_on_record(client: Any, infused: Participant) -> None:
    report = reported(infused)
    monitor = person("MO")
    client.force_login(monitor)

    answer = client.get(reverse("safety:cioms", args=[report.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    [entry] = Entry.objects.filter(act="cioms_made")
    assert (entry.actor, entry.form_id, entry.changes["content"]) == (
        "mo",
        report.pk,
        "blinded",
    )


@pytest.mark.pdf
@pytest.mark.verifies("SAF-12", "RND-08")
def test_officer_unblinds_a_susar_once_on_record(
    client: Any, susar: FormInstance, mailoutbox: list[Any]
) -> None:
    officer = person("SO", username="officer", password=PASSWORD)
    client.force_login(officer)
    address = reverse("safety:cioms_unblinded", args=[susar.pk])
    answers = {"reason": "SUSAR", "disclosed_to": "NMPA"}

    refused = client.post(address, {**answers, "username": "officer", "password": "no"})
    page = client.get(address)
    assert (refused.status_code, CodeBreak.objects.count()) == (400, 0)
    assert not PRODUCT.search(page.content.decode().replace("MSC-001", ""))
    answer = client.post(
        address, {**answers, "username": "officer", "password": PASSWORD}
    )

    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.category, entry.recorded_by, entry.disclosed_to) == (
        "susar",
        "authority",
        officer,
        "NMPA",
    )
    [cioms_entry] = Entry.objects.filter(act="cioms_made")
    arm = arm_of(susar.participant)
    messages = Message.objects.filter(occasion="code_break")
    written = [str(vars(row)) for row in (entry, cioms_entry, *messages)]
    assert messages
    assert not any(str(arm) in text for text in written)


@pytest.mark.verifies("SAF-12")
def test_only_the_officer_and_only_a_susar_is_unblinded(susar: FormInstance) -> None:
    line, officer = line_of(susar), stage.colleague("SO")
    writer = None  # never reached

    investigator = stage.colleague("IN")
    proof = stage.proof_of(investigator)
    with pytest.raises(PermissionDenied):
        unblinded_pdf(writer, line, WHY, proof=proof, by=investigator)
    (assessment,) = course.forms(susar.participant, "SPA")
    expected = {"expected_per_rsi": "Y"}
    save(assessment, expected, by=STAGE, via=Source.COMMAND, erase=True)
    with pytest.raises(RandomizationRefused, match="assess this version first"):
        unblinded_pdf(
            writer, line_of(susar), WHY, proof=stage.proof_of(officer), by=officer
        )
    assert not CodeBreak.objects.exists()


class BrokenWriter:
    """A PDF writer that fails on the way."""

    @staticmethod
    def HTML(**_options: Any) -> None:  # noqa: N802 - as WeasyPrint names it
        raise MemoryError


@pytest.mark.verifies("SAF-12")
def test_form_that_cannot_be_made_discloses_nothing(susar: FormInstance) -> None:
    officer = stage.colleague("SO")

    with pytest.raises(MemoryError):
        unblinded_pdf(
            BrokenWriter,
            line_of(susar),
            WHY,
            proof=stage.proof_of(officer),
            by=officer,
        )

    assert not CodeBreak.objects.exists()
    assert not Entry.objects.filter(act__in=("code_broken", "cioms_made")).exists()


def test_without_a_pdf_writer_nothing_is_made_or_broken(
    client: Any, susar: FormInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load libpango')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    client.force_login(person("SO", username="officer", password=PASSWORD))
    answers = {"reason": "x", "disclosed_to": "y", "username": "officer"}

    blinded = client.get(reverse("safety:cioms", args=[susar.pk]), follow=True)
    unblinded = client.post(
        reverse("safety:cioms_unblinded", args=[susar.pk]),
        {**answers, "password": PASSWORD},
    )

    for answer in (blinded, unblinded):
        assert b"This server cannot make a PDF" in answer.content
    assert not CodeBreak.objects.exists()
    assert not Entry.objects.filter(act="cioms_made").exists()


def test_form_of_a_struck_event_is_not_found(client: Any, infused: Participant) -> None:
    report = reported(infused)
    (event,) = course.forms(infused, "AE")
    strike_row(event, by=STAGE, reason=Reason("error", "twice"), via=Source.COMMAND)
    client.force_login(person("MO"))

    answer = client.get(reverse("safety:cioms", args=[report.pk]))

    assert answer.status_code == NOT_FOUND
