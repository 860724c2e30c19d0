"""Who may know an arm names none where blinded people read it, whatever the way in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enrollment.identity.services import decide
from enrollment.models import IdentityQuestion
from enrollment.problems import EnrollmentRefused
from enrollment.vocabulary import IdentityGround
from imports.models import ImportedFile
from randomization.arms import arm_of
from randomization.code_breaks.services.code_breaks import (
    CodeBreakDetails,
    break_code,
    record_code_break,
)
from randomization.problems import RandomizationRefused
from randomization.study import services as study
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind, StudyStatus
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.form_status import restore_row, return_to_draft, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review.models import QueryStep
from record.review.problems import ReviewRefused
from record.review.services import queries
from tests.imports import stage as laboratory_files
from tests.randomization import stage
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("RND-05")]
TELLING = "输注ＭＳＣ后发热"
HARMLESS = "fever after the infusion"
EMERGENCY = CodeBreakDetails(
    CodeBreakKind.EMERGENCY, CodeBreakCategory.TREATMENT, "shock"
)
SEEN = CodeBreakDetails(CodeBreakKind.ACCIDENTAL, CodeBreakCategory.COVER, "bag fell")


@pytest.fixture
def event(participant):
    form = stage.row(participant, "AE")
    save(form, {"term": "fever"}, by=stage.colleague("IN"))
    form.refresh_from_db()
    return form


@pytest.fixture
def unblinded(participant):
    """Return an investigator who has broken the code of the participant."""
    investigator = stage.colleague("IN")
    break_code(
        participant, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
    )
    return investigator


def _term(form, text, by):
    save(form, {"term": text}, by=by)


def _reason(form, text, by):
    save(form, {"term": "chills"}, by=by, reasons={"term": Reason("correction", text)})


def _strike(form, text, by):
    strike_row(form, by=by, reason=Reason("duplicate", text), via=Source.PAGE)


def _restore(form, text, by):
    form.refresh_from_db()
    restore_row(form, by=by, reason=Reason("other", text), via=Source.PAGE)


def _return(form, text, by):
    return_to_draft(form, by=by, reason=Reason("returned", text), via=Source.PAGE)


def _answer(form, text, by):
    query = queries.raise_query(form, "term", "Which?", by=stage.colleague("MO"))
    queries.answer_query(query, text, by=by)


WAYS = [_term, _reason, _strike, _restore, _return, _answer]


@pytest.mark.parametrize("write", WAYS)
def test_after_a_code_break_of_ones_own_no_text_tells_the_arm(event, unblinded, write):
    with pytest.raises((SaveRefused, ReviewRefused), match="name no product"):
        write(event, TELLING, unblinded)

    rows = [*Entry.objects.all(), *QueryStep.objects.all()]
    assert not any(TELLING in str(vars(row)) for row in rows)
    write(event, HARMLESS, unblinded)


@pytest.mark.parametrize("write", WAYS)
def test_blinded_authors_write_freely(event, write):
    write(event, TELLING, stage.colleague("IN"))


def test_whoever_recorded_an_accidental_break_may_know_the_arm(participant, event):
    coordinator = stage.colleague("CO")
    record_code_break(participant, SEEN, at=clock.now(), by=coordinator)

    with pytest.raises(SaveRefused, match="name no product"):
        _term(event, TELLING, coordinator)
    _term(event, TELLING, stage.colleague("IN"))


def test_of_another_participant_an_investigator_knows_nothing(unblinded):
    other = stage.row(stage.eligible(), "AE")

    _term(other, TELLING, unblinded)


@pytest.mark.parametrize("spelling", ["{}", "like {}.", "ｓ - {}", "{}(隔壁)"])
def test_a_form_of_another_participant_tells_nobodys_arm(
    participant, unblinded, spelling
):
    other = stage.row(stage.eligible(), "AE")
    number = participant.number.removeprefix("S-" if "ｓ" in spelling else "")

    with pytest.raises(SaveRefused, match="name no product"):
        _term(other, f"{TELLING} {spelling.format(number)}", unblinded)
    _term(other, f"{HARMLESS} {number}", unblinded)


def test_a_medicine_is_named_as_it_is(participant, unblinded):
    medication = stage.row(participant, "CMD")

    save(medication, {"drug": "0.9% saline"}, by=unblinded)
    for telling in ({"indication": "as placebo"}, {"drug": "干细胞"}):
        with pytest.raises(SaveRefused, match="name no product"):
            save(medication, telling, by=unblinded)


def test_the_safety_officer_names_no_arm_in_a_query(event):
    officer = stage.colleague("SO")

    with pytest.raises(ReviewRefused, match="name no product"):
        queries.raise_query(event, "term", "Is this from the stem cells?", by=officer)
    queries.raise_query(event, "term", "Is this from the infusion?", by=officer)


def test_the_study_is_paused_without_naming_an_arm(participant):
    principal = stage.colleague("PI")
    tell = {"reason": "two reactions to MSC", "by": principal}

    study.change_status(StudyStatus.PAUSED_RANDOMIZATION, **tell)
    record_code_break(participant, SEEN, at=clock.now(), by=principal)
    for author in (principal, stage.colleague("SO")):
        with pytest.raises(RandomizationRefused, match="name no product"):
            study.change_status(StudyStatus.PAUSED_INFUSION, **{**tell, "by": author})


def test_who_is_who_is_answered_without_naming_an_arm(participant, unblinded):
    other = stage.eligible()
    proof = stage.proof_of(unblinded)
    with attributed(by=unblinded, via=Source.COMMAND):
        question = IdentityQuestion.objects.create(
            participant=other, earlier=participant, ground=IdentityGround.BIRTH_AND_SEX
        )

    with pytest.raises(EnrollmentRefused, match="name no product"):
        decide(question, answer="different", reason=TELLING, proof=proof, by=unblinded)
    question.refresh_from_db()
    assert (question.answer, question.reason) == ("", "")
    decide(question, answer="different", reason="ID cards", proof=proof, by=unblinded)


def test_a_laboratory_file_has_no_name_that_tells_an_arm(client, participant):
    investigator = stage.colleague("IN")
    record_code_break(participant, SEEN, at=clock.now(), by=investigator)
    client.force_login(investigator)
    source, credential = laboratory_files.source(
        stage.colleague("DM"), stage.colleague("PI")
    )

    for name, is_refused in (("对照组.csv", True), ("week 3.csv", False)):
        file = SimpleUploadedFile(
            name, laboratory_files.csv("S-001,K,2026-03-01 08:00,4.1,mmol/L")
        )
        answer = client.post(
            reverse("imports:upload"),
            {"source": source.pk, "credential": credential, "file": file},
        )
        assert ("name no product" in answer.content.decode()) is is_refused
    assert [file.name for file in ImportedFile.objects.all()] == ["week 3.csv"]


def test_a_product_that_was_not_as_allocated_is_not_called_so(participant):
    stage.requested(participant)
    wrong = {"MSC": "SALINE", "SALINE": "MSC"}[arm_of(participant)]
    stage.lot(wrong)
    record = FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
    save(
        record,
        {"product": wrong, "lot": f"{wrong}-7", "as_allocated": "N"},
        by=stage.colleague("UP"),
    )

    [deviation] = FormInstance.objects.filter(participant=participant, code="DEV")
    assert "allocated" not in str(stage.values_of(deviation))
    assert stage.values_of(deviation)["occurred_on"] == record.due_on
