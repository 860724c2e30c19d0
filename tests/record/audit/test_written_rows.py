"""What was signed, sent or decided stays as it was written, whoever asks."""

import pgtrigger
import pytest

from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source, attributed
from record.review import services as review
from record.review.models import Signature
from tests.record.capture.saving import complete
from tests.sample_room.people import STAGE, person
from tests.shown import revision
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("AUD-03", "SIG-04")]
NEVER = "AU003"
KEPT = {
    "accounts_accessreview",
    "accounts_signatureacknowledgement",
    "audit_entry",
    "audit_performedact",
    "audit_seal",
    "audit_sealedentry",
    "enrollment_frozenscreening",
    "enrollment_refusedregistration",
    "entry_formmove",
    "monitoring_auditreview",
    "notices_clockcomparison",
    "randomization_codebreak",
    "randomization_preparationcheck",
    "randomization_restrictedstatement",
    "review_querystep",
    "review_raisedshare",
    "review_sampleseed",
    "review_signingview",
    "safety_dictionaryterm",
    "safety_safetycase",
    "safety_safetylist",
    "safety_sentreport",
    "visits_bedsideact",
}
FILLED_ONCE = {
    "accounts_accountproposal",
    "enrollment_eligibilityconfirmation",
    "exports_copyhandover",
    "lock_lockproposal",
    "monitoring_visitaction",
    "monitoring_visitfinding",
    "monitoring_visitreport",
    "randomization_codeopening",
    "randomization_studystatuschange",
    "review_signature",
    "review_verification",
    "safety_accepteddifference",
}


def tables_with(name):
    return {
        model._meta.db_table
        for model, trigger in pgtrigger.registered()
        if trigger.name == name
    }


def test_what_is_never_changed_and_what_is_filled_once():
    assert tables_with("refuse_change") == KEPT
    assert tables_with("written_once") == FILLED_ONCE


@pytest.mark.parametrize("table", sorted(KEPT - {"audit_performedact"}))
def test_no_row_is_changed_with_an_attribution_either(refusal, table):
    column = "entry_id" if table == "audit_sealedentry" else "id"
    column = "form_id" if table == "safety_sentreport" else column

    with attributed(by=STAGE, via=Source.COMMAND):
        answer = refusal(f"UPDATE {table} SET {column} = {column}")

    assert answer in (NEVER, "42501")


@pytest.fixture
def signature():
    form, signer = complete(), person("IN")
    return review.sign(
        form,
        shown_revision=revision(form),
        proof=ReAuthenticated(signer.pk, clock.now()),
        by=signer,
    )


@pytest.mark.parametrize(
    "change",
    [
        "signer_name = 'Somebody Else'",
        "signer_role = 'PI'",
        "bound = '{}'",
        "at = at - interval '1 day'",
        "meaning = ''",
    ],
)
def test_a_signature_is_not_rewritten(refusal, signature, change):
    with attributed(by=STAGE, via=Source.COMMAND):
        assert refusal(f"UPDATE review_signature SET {change}") == NEVER


def test_a_signature_is_withdrawn_once_and_never_revived(refusal, signature):
    with attributed(by=STAGE, via=Source.COMMAND):
        answers = [
            refusal(f"UPDATE review_signature SET withdrawn_at = {value}")
            for value in ("now()", "now() + interval '1 s'", "NULL", "withdrawn_at")
        ]

    assert answers == ["", NEVER, NEVER, ""]
    assert not Signature.objects.get().holds_for(signature.form)
