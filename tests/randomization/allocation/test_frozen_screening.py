"""Screening values after randomization: frozen, readable, and corrected in the open."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from enrollment.eligibility.selectors import eligibility_of, frozen_of
from enrollment.models import FrozenScreening
from randomization.models import Allocation
from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import ReasonNeeded
from record.capture.services.form_status import restore_row, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from tests.people import STAGE, person
from tests.randomization import stage
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("ELG-FROZEN")]
WHY = Reason("correction", "Typed wrong.")


@pytest.fixture
def chief() -> User:
    """Return the principal investigator, who is told of corrections."""
    return User.objects.get(role="PI")


def form_of(participant: Participant, code: str, occurrence: int = 1) -> FormInstance:
    return FormInstance.objects.get(
        participant=participant, code=code, occurrence=occurrence, visit=""
    )


def correct(form: FormInstance, **values: object) -> None:
    save(
        form,
        values,
        by=stage.colleague("IN"),
        reasons=dict.fromkeys(values, WHY),
        erase=True,
    )


def deviations(participant: Participant) -> list[tuple[str, str]]:
    """Return rule and importance of each deviation about eligibility."""
    rows = FormInstance.objects.filter(participant=participant, code="DEV")
    values = [(row, stage.values_of(row)) for row in rows.order_by("occurrence")]
    return [
        (f"{row['rule']} {form.finding.about}", str(row["importance"] or ""))
        for form, row in values
        if row["category"] == "eligibility"
    ]


def notices(reader: User) -> list[str]:
    rows = Message.objects.filter(recipient=reader, occasion="screening_corrected")
    return [message.text for message in rows.order_by("id")]


def test_what_was_used_is_kept_word_for_word(participant):
    frozen = frozen_of(participant)
    answers, baseline = form_of(participant, "ELG"), form_of(participant, "CRE")
    record = stage.values_of(form_of(participant, "RAN"))

    assert frozen is not None
    assert hashlib.sha256(frozen.text.encode()).hexdigest() == frozen.digest
    assert frozen.digest == record["screening_digest"] == frozen.confirmation.digest
    assert frozen.digest == Allocation.objects.get().screening_digest
    assert frozen.values[str(answers.pk)]["lvef_pct"] == "60"
    assert frozen.values[str(baseline.pk)]["value"] == {"value": "80", "unit": "umol/L"}
    assert len(frozen.states) == 24
    assert (frozen.content["verdict"], frozen.content["baseline_umol_l"]) == (
        "eligible",
        "80",
    )


def test_what_was_frozen_cannot_be_changed_by_anybody(participant):
    del participant
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        FrozenScreening.objects.update(text="{}")


def test_a_correction_needs_a_reason_and_is_told_once(participant, chief):
    form, frozen = form_of(participant, "ELG"), frozen_of(participant)
    before = (
        Allocation.objects.values().get(),
        stage.values_of(form_of(participant, "RAN")),
    )

    with pytest.raises(ReasonNeeded):
        save(form, {"lvef_pct": "35"}, by=stage.colleague("CO"))
    assert deviations(participant) == []
    correct(form, lvef_pct="35")
    correct(form, lvef_pct="36")
    correct(form, urinalysis="N")

    assert deviations(participant) == [
        ("SCREENING-CORRECTED lvef_pct ELG #1", "important")
    ]
    [notice] = notices(chief)
    assert "Eligibility assessment" in notice
    assert not any(value in notice for value in ("35", "36", "60"))
    after = (
        Allocation.objects.values().get(),
        stage.values_of(form_of(participant, "RAN")),
    )
    assert after == before
    assert frozen_of(participant) == frozen
    assert frozen_of(participant).text == frozen.text
    assert "E11:present" in eligibility_of(participant).assessment.reasons


def test_each_corrected_fact_is_told_by_itself(participant, chief):
    correct(form_of(participant, "ELG"), lvef_pct="58", e3="Y", e3_why=["anaphylaxis"])
    correct(form_of(participant, "CRE"), value=("82", "umol/L"))

    assert deviations(participant) == [
        ("SCREENING-CORRECTED e3 ELG #1", "important"),
        ("SCREENING-CORRECTED lvef_pct ELG #1", "important"),
        ("SCREENING-CORRECTED value CRE #1", "important"),
    ]
    assert len(notices(chief)) == 3


def test_the_deviation_says_what_was_used_and_what_stands_differently(participant):
    correct(form_of(participant, "ELG"), lvef_pct="35")

    [row] = FormInstance.objects.filter(participant=participant, code="DEV")
    assert stage.values_of(row)["description"] == (
        "Eligibility assessment (ELG), LVEF: 60.0 % was used for randomization and is "
        "corrected to 35 %. Criteria that stand differently now: E11 present "
        "(used: absent)."
    )


def test_the_same_value_typed_again_is_no_correction(participant, chief):
    form = form_of(participant, "CRE")

    correct(form, value=("80.0", "umol/L"))

    assert (deviations(participant), notices(chief)) == ([], [])


def sample(participant: Participant, value: str, *, hours: float) -> FormInstance:
    """Enter a creatinine taken so many hours from now."""
    at = (clock.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
    values = {"sample_at": at, "value": (value, "umol/L"), "place": "ward"}
    row = stage.row(participant, "CRE")
    return stage.enter(row, stage.colleague("IN"), values)


@pytest.mark.parametrize(
    ("value", "hours", "reports"),
    [
        ("60", -240, 1),  # lowers the baseline
        ("85", -30, 0),  # decides nothing
    ],
)
def test_an_older_sample_found_later_is_told_if_it_decides(
    participant, chief, value, hours, reports
):
    row = sample(participant, value, hours=hours)
    correct(row, place="icu")

    assert len(deviations(participant)) == len(notices(chief)) == reports


def test_what_happens_after_randomization_is_no_correction(participant, chief):
    before = eligibility_of(participant).assessment
    with clock.at(clock.now() + timedelta(days=12)):
        sample(participant, "45", hours=-2)
        steroid = {
            "any_exposure": "Y",
            "drug_class": "steroid",
            "drug": "prednisone",
            "route": "oral",
            "mg_per_day": "60",
            "start": clock.today().isoformat(),
            "ongoing": "Y",
        }
        stage.enter(stage.row(participant, "IST"), stage.colleague("IN"), steroid)
        after = eligibility_of(participant).assessment

    assert (after.verdict, after.reasons, after.baseline) == (
        before.verdict,
        before.reasons,
        before.baseline,
    )
    assert (deviations(participant), notices(chief)) == ([], [])


@pytest.mark.parametrize(
    "begun", [{"kind": "initial"}, {"kind": "initial", "decision": "refused"}]
)
def test_a_consent_row_without_decision_is_no_correction(participant, chief, begun):
    before = eligibility_of(participant)

    save(stage.row(participant, "CNS"), begun, by=stage.colleague("IN"))

    after = eligibility_of(participant)
    assert after.assessment == before.assessment
    assert (after.is_consented, after.deciding_items) == (True, before.deciding_items)
    assert (deviations(participant), notices(chief)) == ([], [])


def test_a_used_row_struck_out_is_told_once(participant, chief):
    row = form_of(participant, "CRE")
    by = stage.colleague("IN")

    strike_row(row, by=by, reason=WHY, via=Source.PAGE)
    restore_row(row, by=by, reason=WHY, via=Source.PAGE)
    strike_row(row, by=by, reason=WHY, via=Source.PAGE)

    assert deviations(participant) == [("SCREENING-STRUCK CRE #1", "")]
    assert len(notices(chief)) == 1


def test_before_randomization_a_correction_is_only_a_correction(opened):
    participant = stage.ready()

    correct(form_of(participant, "ELG"), lvef_pct="35")

    assert (frozen_of(participant), deviations(participant)) == (None, [])
    assert notices(User.objects.get(role="PI")) == []
    assert person("DM").pk  # nobody else is told either
    assert not Message.objects.filter(occasion="screening_corrected").exists()


def test_the_page_shows_what_was_used_beside_what_stands_now(participant, client):
    address = reverse("enrollment:frozen", args=[participant.number])
    client.force_login(stage.colleague("IN"))
    before = client.get(address)
    correct(form_of(participant, "ELG"), lvef_pct="35")
    strike_row(
        form_of(participant, "CRE"),
        by=stage.colleague("IN"),
        reason=WHY,
        via=Source.PAGE,
    )
    after = client.get(address).context["used"]

    assert "Nothing was corrected since." in before.text
    assert before.context["used"].corrected == 0
    changed = [
        (row.form, row.label, row.used, row.now)
        for row in after.values
        if row.is_corrected
    ]
    assert changed[-1] == ("Eligibility assessment", "LVEF", "60 %", "35 %")
    assert [(form, now) for form, _label, _used, now in changed[:-1]] == [
        ("Serum creatinine log 1", "struck out"),
        ("Serum creatinine log 1", "struck out"),
    ]
    assert [row.id for row in after.states if row.is_changed] == ["E11"]
    assert after.is_intact
