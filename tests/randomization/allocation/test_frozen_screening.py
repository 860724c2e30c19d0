"""Screening values after randomisation: frozen, readable, and corrected in the open."""

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
from record.capture.services.forms import restore_row, save, strike_row
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


@pytest.fixture
def randomised(db: None) -> Participant:
    del db
    stage.open_study()
    return stage.randomised()


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
    told = [stage.values_of(row) for row in rows.order_by("occurrence")]
    return [
        (str(one["rule"]), str(one["importance"] or ""))
        for one in told
        if one["category"] == "eligibility"
    ]


def notices(reader: User) -> list[str]:
    told = Message.objects.filter(recipient=reader, occasion="screening_corrected")
    return [message.text for message in told.order_by("id")]


def test_what_was_used_is_kept_word_for_word(randomised):
    kept = frozen_of(randomised)
    answers, baseline = form_of(randomised, "ELG"), form_of(randomised, "CRE")
    record = stage.values_of(form_of(randomised, "RAN"))

    assert kept is not None
    assert hashlib.sha256(kept.told.encode()).hexdigest() == kept.digest
    assert kept.digest == record["screening_digest"] == kept.confirmation.digest
    assert kept.digest == Allocation.objects.get().screening_digest
    assert kept.values[str(answers.pk)]["lvef_pct"] == "60"
    assert kept.values[str(baseline.pk)]["value"] == {"value": "80", "unit": "umol/L"}
    assert len(kept.states) == 24
    assert (kept.content["verdict"], kept.content["baseline_umol_l"]) == (
        "eligible",
        "80",
    )


def test_what_was_frozen_cannot_be_changed_by_anybody(randomised):
    del randomised
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        FrozenScreening.objects.update(told="{}")


def test_a_correction_needs_a_reason_and_is_told_once(randomised, chief):
    form, kept = form_of(randomised, "ELG"), frozen_of(randomised)
    before = (
        Allocation.objects.values().get(),
        stage.values_of(form_of(randomised, "RAN")),
    )

    with pytest.raises(ReasonNeeded):
        save(form, {"lvef_pct": "35"}, by=stage.colleague("CO"))
    assert deviations(randomised) == []
    correct(form, lvef_pct="35")
    correct(form, lvef_pct="36")
    correct(form, urinalysis="N")

    assert deviations(randomised) == [
        ("SCREENING-CORRECTED lvef_pct ELG #1", "important")
    ]
    [notice] = notices(chief)
    assert "Eligibility assessment" in notice
    assert not any(value in notice for value in ("35", "36", "60"))
    after = (
        Allocation.objects.values().get(),
        stage.values_of(form_of(randomised, "RAN")),
    )
    assert after == before
    assert frozen_of(randomised) == kept
    assert frozen_of(randomised).told == kept.told
    assert "E11:present" in eligibility_of(randomised).assessment.reasons


def test_each_corrected_fact_is_told_by_itself(randomised, chief):
    correct(form_of(randomised, "ELG"), lvef_pct="58", e3="Y", e3_why=["anaphylaxis"])
    correct(form_of(randomised, "CRE"), value=("82", "umol/L"))

    assert deviations(randomised) == [
        ("SCREENING-CORRECTED e3 ELG #1", "important"),
        ("SCREENING-CORRECTED lvef_pct ELG #1", "important"),
        ("SCREENING-CORRECTED value CRE #1", "important"),
    ]
    assert len(notices(chief)) == 3


def test_the_deviation_says_what_was_used_and_what_stands_differently(randomised):
    correct(form_of(randomised, "ELG"), lvef_pct="35")

    [row] = FormInstance.objects.filter(participant=randomised, code="DEV")
    assert stage.values_of(row)["description"] == (
        "Eligibility assessment (ELG), LVEF: 60.0 % was used for randomization and is "
        "corrected to 35 %. Criteria that stand differently now: E11 present "
        "(used: absent)."
    )


def test_the_same_value_typed_again_is_no_correction(randomised, chief):
    form = form_of(randomised, "CRE")

    correct(form, value=("80.0", "umol/L"))

    assert (deviations(randomised), notices(chief)) == ([], [])


def sample(participant: Participant, value: str, *, hours: float) -> FormInstance:
    """Enter a creatinine taken so many hours from now."""
    at = (clock.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
    taken = {"sample_at": at, "value": (value, "umol/L"), "place": "ward"}
    row = stage.row(participant, "CRE")
    return stage.enter(row, stage.colleague("IN"), taken)


@pytest.mark.parametrize(
    ("value", "hours", "told"),
    [
        ("60", -240, 1),  # lowers the baseline
        ("85", -30, 0),  # decides nothing
    ],
)
def test_an_older_sample_found_later_is_told_if_it_decides(
    randomised, chief, value, hours, told
):
    row = sample(randomised, value, hours=hours)
    correct(row, place="icu")

    assert len(deviations(randomised)) == len(notices(chief)) == told


def test_what_happens_after_randomisation_is_no_correction(randomised, chief):
    before = eligibility_of(randomised).assessment
    with clock.at(clock.now() + timedelta(days=12)):
        sample(randomised, "45", hours=-2)
        steroid = {
            "any_exposure": "Y",
            "drug_class": "steroid",
            "drug": "prednisone",
            "route": "oral",
            "mg_per_day": "60",
            "start": clock.today().isoformat(),
            "ongoing": "Y",
        }
        stage.enter(stage.row(randomised, "IST"), stage.colleague("IN"), steroid)
        after = eligibility_of(randomised).assessment

    assert (after.verdict, after.reasons, after.baseline) == (
        before.verdict,
        before.reasons,
        before.baseline,
    )
    assert (deviations(randomised), notices(chief)) == ([], [])


def test_a_used_row_struck_out_is_told_once(randomised, chief):
    row = form_of(randomised, "CRE")
    by = stage.colleague("IN")

    strike_row(row, by=by, reason=WHY, via=Source.PAGE)
    restore_row(row, by=by, reason=WHY, via=Source.PAGE)
    strike_row(row, by=by, reason=WHY, via=Source.PAGE)

    assert deviations(randomised) == [("SCREENING-STRUCK CRE #1", "")]
    assert len(notices(chief)) == 1


def test_before_randomisation_a_correction_is_only_a_correction(db):
    del db
    stage.open_study()
    participant = stage.ready()

    correct(form_of(participant, "ELG"), lvef_pct="35")

    assert (frozen_of(participant), deviations(participant)) == (None, [])
    assert notices(User.objects.get(role="PI")) == []
    assert person("DM").pk  # nobody else is told either
    assert not Message.objects.filter(occasion="screening_corrected").exists()


def test_the_page_shows_what_was_used_beside_what_stands_now(randomised, client):
    address = reverse("enrollment:frozen", args=[randomised.number])
    client.force_login(stage.colleague("IN"))
    before = client.get(address)
    correct(form_of(randomised, "ELG"), lvef_pct="35")
    strike_row(
        form_of(randomised, "CRE"),
        by=stage.colleague("IN"),
        reason=WHY,
        via=Source.PAGE,
    )
    after = client.get(address).context["used"]

    assert "Nothing was corrected since." in before.text
    assert before.context["used"].corrected == 0
    changed = [
        (one.form, one.label, one.used, one.now)
        for one in after.values
        if one.is_corrected
    ]
    assert changed[-1] == ("Eligibility assessment", "LVEF", "60 %", "35 %")
    assert [(form, now) for form, _label, _used, now in changed[:-1]] == [
        ("Serum creatinine log 1", "struck out"),
        ("Serum creatinine log 1", "struck out"),
    ]
    assert [one.id for one in after.states if one.is_changed] == ["E11"]
    assert after.is_intact
