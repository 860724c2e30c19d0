"""Code breaks: one arm, shown once; everybody else learns only that it happened."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Permission as May
from accounts.roles import Role, has
from accounts.sign_in import IdentityNotConfirmed, ReAuthenticated
from audit.models import Entry
from capture.services import save
from notices.models import Message
from randomization.allocation import arm_of
from randomization.models import CodeBreak
from randomization.problems import Refused
from randomization.services.code_breaks import (
    Account,
    break_code,
    record_code_break,
)
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from tests.people import person
from tests.randomization import stage
from trial_edc import clock

pytestmark = pytest.mark.django_db
EMERGENCY = Account(
    CodeBreakKind.EMERGENCY,
    CodeBreakCategory.TREATMENT,
    "anaphylaxis, drug choice depends on it",
    disclosed_to="Dr Wang, ICU",
    participant_told=False,
    treatment_continues=False,
)
SUSAR = Account(CodeBreakKind.SUSAR, CodeBreakCategory.AUTHORITY, "SUSAR 3")
SEEN = Account(CodeBreakKind.ACCIDENTAL, CodeBreakCategory.COVER, "bag fell")


@pytest.fixture
def participant():
    stage.open_study()
    return stage.randomised()


@pytest.mark.verifies("RAN-05", "RND-07", "RND-08")
def test_investigator_sees_the_arm_and_nobody_else_is_told_it(participant):
    investigator = stage.colleague("IN")

    arm = break_code(
        participant, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
    )

    assert arm == arm_of(participant)
    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.recorded_by) == ("emergency", investigator)
    [deed] = Entry.objects.filter(act="code_broken")
    assert (deed.actor, deed.participant_id) == (
        investigator.username,
        participant.pk,
    )
    told = Message.objects.filter(occasion="code_break")
    assert {message.recipient.role for message in told} == {"PI", "SO"}
    written = [str(vars(one)) for one in (entry, deed, *told)]
    assert not any(word in text for text in written for word in ("MSC", "SALINE"))


def test_each_view_is_a_code_break_of_its_own(participant):
    investigator = stage.colleague("IN")

    for _ in range(2):
        proof = stage.proof_of(investigator)
        break_code(participant, EMERGENCY, proof=proof, by=investigator)

    assert CodeBreak.objects.count() == 2


def test_safety_officer_breaks_for_a_susar_only(participant):
    officer = stage.colleague("SO")
    proof = stage.proof_of(officer)

    assert break_code(participant, SUSAR, proof=proof, by=officer)
    with pytest.raises(PermissionDenied):
        break_code(participant, EMERGENCY, proof=proof, by=officer)


@pytest.mark.verifies("RND-04", "RND-07")
@pytest.mark.parametrize("role", [r for r in Role if not has(r, May.CODE_BREAK)])
def test_role_without_the_right_is_refused(participant, role):
    someone = person(role, username="nobody")

    with pytest.raises(PermissionDenied):
        break_code(participant, EMERGENCY, proof=stage.proof_of(someone), by=someone)
    assert CodeBreak.objects.count() == 0


@pytest.mark.verifies("RND-07")
@pytest.mark.parametrize("own", [True, False])
def test_proof_must_be_ones_own_and_fresh(participant, own):
    investigator = stage.colleague("IN")
    key = investigator.pk if own else investigator.pk + 1
    proof = ReAuthenticated(key, clock.now() - timedelta(minutes=6 * own))

    with pytest.raises(IdentityNotConfirmed):
        break_code(participant, EMERGENCY, proof=proof, by=investigator)


def test_there_is_nothing_to_break_before_randomisation():
    investigator = person("IN")
    someone = stage.eligible()

    with pytest.raises(Refused, match="not been randomized"):
        break_code(
            someone, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
        )
    assert CodeBreak.objects.count() == 0


def test_accidental_break_is_recorded_without_password(participant):
    coordinator = stage.colleague("CO")

    entry = record_code_break(participant, SEEN, at=clock.now(), by=coordinator)

    assert (entry.kind, entry.recorded_by) == ("accidental", coordinator)
    with pytest.raises(PermissionDenied):
        record_code_break(participant, EMERGENCY, at=clock.now(), by=coordinator)


def test_broken_cover_at_the_bedside_is_entered_once(participant):
    form = stage.sheet(participant, "INF", "D0")
    started = clock.now().replace(second=0, microsecond=0)
    nurse = person("BN")

    save(form, {"given": "given", "started_at": started}, by=nurse)
    assert CodeBreak.objects.count() == 0
    save(form, {"cover_intact": "N"}, by=nurse)
    save(form, {"participant_saw": "Y"}, by=nurse)

    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.at, entry.source) == ("accidental", started, form)
