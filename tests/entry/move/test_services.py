"""A form is moved: both participants tell it, and nothing is lost."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from enrollment.consent.texts import CONSENT_FIRST
from enrollment.identity.selectors import has_person_key, participant_with_hospital_no
from entry.models import FormMove
from entry.move.problems import MoveRefused
from entry.move.services import move_form, preview_move, shown_state
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.audit.rows import first_problem
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.services import form_instances
from record.review.services import freeze, verify
from tests.enrollment import factories
from tests.people import STAGE, person
from tests.visits import stage
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("AUD-17")]
WHY = "Typed on the wrong casebook."


@pytest.fixture
def two() -> tuple[Participant, Participant]:
    return stage.infused(1, ago=40), stage.infused(2, ago=30)


def proof_of(user: User) -> ReAuthenticated:
    return ReAuthenticated(user.pk, clock.now())


def move(form: FormInstance, other: Participant, by: User, **how: Any) -> FormInstance:
    options = {
        "reason": WHY,
        "shown": shown_state(form, other),
        "proof": proof_of(by),
        **how,
    }
    return move_form(form, other, by=by, **options)


def values_of(form: FormInstance) -> Mapping[str, Any]:
    values = stage.stored(form).values
    return {name: value for name, value in values.items() if value is not None}


def refused(form: FormInstance, other: Participant, by: User) -> str:
    before = Entry.objects.filter(table_name="casebook_forminstance").count()
    with pytest.raises(MoveRefused) as refusal:
        move(form, other, by)
    with pytest.raises(MoveRefused):
        preview_move(form, other, by=by)
    assert Entry.objects.filter(table_name="casebook_forminstance").count() == before
    return " ".join(refusal.value.reasons)


def test_a_row_of_a_log_is_struck_out_and_stands_in_the_other_log(two) -> None:
    first, second = two
    investigator = person("IN")
    sample = {"sample_at": stage.days_ago(3), "value": (150, "umol/L")}
    row = stage.row(first, "CRE", sample)
    typed = values_of(row)

    moved = move(row, second, investigator)

    row.refresh_from_db()
    assert row.struck_at is not None
    assert values_of(row) == typed  # still to be read there
    assert moved.participant == second
    assert values_of(moved) == typed
    assert moved.status == "draft"


def test_both_histories_tell_the_move(two) -> None:
    first, second = two
    investigator = person("IN", full_name="Zhao Min")
    visit = stage.attend(first, "D14", ago=26)

    moved = move(visit, second, investigator)

    acts = Entry.objects.filter(act__startswith="form_moved").order_by("id")
    assert [(e.act, e.participant_id, e.form_id) for e in acts] == [
        ("form_moved_away", first.pk, visit.pk),
        ("form_moved_here", second.pk, moved.pk),
    ]
    for form in (visit, moved):
        last = Entry.objects.filter(
            form_id=form.pk, table_name="visits_visitrecord"
        ).last()
        assert last is not None
        assert last.reasons["visit_date"] == {"code": "wrong_participant", "text": WHY}
    record = FormMove.objects.get()
    assert (record.source, record.target, record.signer_name) == (
        visit,
        moved,
        "Zhao Min",
    )
    assert "I agree to what follows for both" in record.meaning
    assert first_problem() == ""


def test_a_form_of_a_visit_is_empty_and_asked_for_again(two) -> None:
    first, second = two
    investigator = person("IN")
    visit = stage.attend(first, "D14", ago=26)

    moved = move(visit, second, investigator)

    visit.refresh_from_db()
    assert values_of(visit) == {}
    assert visit.status == "draft"
    assert (moved.code, moved.visit, moved.participant) == ("VIS", "D14", second)
    assert str(values_of(moved)["visit_date"]) == str(stage.day(26))


def test_signature_and_verification_fall(two) -> None:
    first, second = two
    investigator, monitor = person("IN"), person("MO")
    form = stage.enter(first, "O28", {"vital_status": "alive"}, visit="D28")
    verify(form, ["vital_status"], shown_revision=form.revision, by=monitor)

    moved = move(form, second, investigator)

    assert form.verifications.filter(withdrawn_at=None).count() == 0
    assert moved.verifications.count() == 0
    assert moved.signatures.count() == 0


def test_the_preview_tells_what_the_move_then_does_and_changes_nothing(two) -> None:
    first, second = two
    investigator = person("IN")
    form = stage.enter(first, "DTH", {"death_on": stage.day(2)})
    before = Entry.objects.count()

    preview = preview_move(form, second, by=investigator)

    assert Entry.objects.count() == before
    rows = {(number, what): (now, then) for number, what, now, then in preview.changes}
    assert rows[first.number, "Status"] == ("Died", "Infused")
    assert rows[second.number, "Status"] == ("Infused", "Died")
    assert any(who == second.number and "Month 3" in what for who, what in rows)

    move(form, second, investigator, shown=preview.shown)

    form.refresh_from_db()
    assert form.struck_at is not None
    death = FormInstance.objects.get(participant=second, code="DTH")
    assert values_of(death)["death_on"] is not None


def test_what_was_refused_says_what_to_do(two) -> None:
    first, second = two
    investigator, manager = person("IN"), person("DM")
    visit = stage.attend(first, "D14", ago=26)
    assert "belongs now" in refused(visit, first, investigator)

    other = stage.attend(second, "D14", ago=16)
    assert "has entries in" in refused(visit, second, investigator)

    save(other, dict.fromkeys(values_of(other), ""), by=investigator, erase=True)
    freeze(visit, by=manager, reason=Reason("closing", "Reviewed."))
    assert "is closed" in refused(visit, second, investigator)


def test_nothing_goes_to_somebody_without_consent_or_form(two) -> None:
    first, _second = two
    investigator = person("IN")
    visit = stage.attend(first, "D14", ago=26)
    screened = stage.participant(3)
    approached = factories.approached(person("CO"))

    assert "has no form" in refused(visit, screened, investigator)
    reason = refused(visit, approached, investigator)
    assert reason == f"{approached.number}: {CONSENT_FIRST}"


def test_an_empty_form_and_a_struck_row_are_not_moved(two) -> None:
    first, second = two
    investigator = person("IN")
    empty = FormInstance.objects.get(participant=first, code="VIS", visit="D14")
    drug = stage.row(first, "CMD", {"drug": "Furosemide"})
    struck = Reason("duplicate", "Entered twice.")
    strike_row(drug, by=investigator, reason=struck, via=Source.PAGE)

    assert "Nothing has been entered here." in refused(empty, second, investigator)
    assert "Restore it first." in refused(drug, second, investigator)


def test_an_event_with_a_report_takes_its_report_along(two) -> None:
    first, second = two
    investigator = person("IN")
    event = stage.row(
        first, "AE", {"term": "Fever", "serious": "Y", "onset": "2026-04-01"}
    )

    moved = move(event, second, investigator)

    standing = FormInstance.objects.filter(code="SAE", struck_at=None)
    assert {form.participant_id for form in standing} == {second.pk}
    assert moved.participant == second


def test_a_form_that_decides_is_moved_by_an_investigator_with_password(two) -> None:
    first, second = two
    coordinator, investigator = person("CO"), person("IN")
    sample = stage.row(first, "CRE", {"sample_at": stage.days_ago(3), "value": 150})

    with pytest.raises(PermissionDenied):
        move(sample, second, coordinator)
    with pytest.raises(PermissionDenied):
        move(sample, second, investigator, proof=None)

    assert not FormMove.objects.exists()


def test_a_form_that_decides_nothing_is_moved_by_the_coordinator(two) -> None:
    first, second = two
    coordinator = person("CO")
    drug = stage.row(first, "CMD", {"drug": "Furosemide"})

    moved = move(drug, second, coordinator, proof=None)

    assert values_of(moved)["drug"] == "Furosemide"
    assert FormMove.objects.get().meaning == ""


def test_a_move_shown_before_another_change_is_refused(two) -> None:
    first, second = two
    coordinator = person("CO")
    drug = stage.row(first, "CMD", {"drug": "Furosemide"})
    shown = shown_state(drug, second)
    stage.change(drug, drug="Torasemide")

    with pytest.raises(MoveRefused, match="Read it again"):
        move(drug, second, coordinator, proof=None, shown=shown)
    with pytest.raises(MoveRefused, match="Say why"):
        move(drug, second, coordinator, proof=None, reason=" \u200b ")

    drug.refresh_from_db()
    assert drug.struck_at is None


def test_moved_contact_details_keep_one_key_a_person(two) -> None:
    first, second = two
    investigator = person("IN")
    contact = stage.enter(first, "CTC", {"hospital_no": "ZY-12345"})
    with attributed(by=STAGE, via=Source.COMMAND):
        form_instances.ensure_form(second, "CTC")

    moved = move(contact, second, investigator)

    assert values_of(moved)["hospital_no"] == "ZY-12345"
    assert participant_with_hospital_no("zy12345") == second
    assert not has_person_key(first)
