"""Code breaks: one arm, shown once; everybody else learns only that it happened."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import override

from randomization.arms import arm_of
from randomization.code_breaks.selectors import unblinding
from randomization.code_breaks.services.code_breaks import (
    CodeBreakDetails,
    Disclosure,
    arm_for_unblinded_investigator,
    break_code,
    record_code_break,
)
from randomization.models import CodeBreak
from randomization.problems import RandomizationRefused
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.roles import Permission as May
from record.accounts.roles import Role, has
from record.audit.attribution import Reason
from record.audit.models import Entry
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.notices.models import Message
from tests.people import person
from tests.randomization import stage
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
EMERGENCY = CodeBreakDetails(
    CodeBreakKind.EMERGENCY,
    CodeBreakCategory.TREATMENT,
    "anaphylaxis, drug choice depends on it",
    disclosed_to="Dr Wang, ICU",
    participant_told=False,
    treatment_continues=False,
)
SUSAR = CodeBreakDetails(CodeBreakKind.SUSAR, CodeBreakCategory.AUTHORITY, "SUSAR 3")
WHY = {"ethnic_group": Reason("correction", "read again")}
SEEN = CodeBreakDetails(CodeBreakKind.ACCIDENTAL, CodeBreakCategory.COVER, "bag fell")


@pytest.mark.verifies("RAN-05", "RND-07", "RND-08")
def test_investigator_sees_the_arm_and_nobody_else_is_told_it(participant):
    investigator = stage.colleague("IN")

    disclosure = break_code(
        participant, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
    )

    assert disclosure == Disclosure(arm_of(participant), ())
    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.recorded_by) == ("emergency", investigator)
    [act_entry] = Entry.objects.filter(act="code_broken")
    assert (act_entry.actor, act_entry.participant_id) == (
        investigator.username,
        participant.pk,
    )
    messages = Message.objects.filter(occasion="code_break")
    assert {message.recipient.role for message in messages} == {"PI", "SO"}
    written = [str(vars(row)) for row in (entry, act_entry, *messages)]
    assert not any(word in text for text in written for word in ("MSC", "SALINE"))


@pytest.mark.verifies("RND-05")
@pytest.mark.parametrize(
    "words", [{"reason": "输注MSC后发热"}, {"disclosed_to": "ICU: placebo"}]
)
def test_a_code_break_that_tells_the_arm_in_words_is_refused(participant, words):
    investigator = stage.colleague("IN")
    proof = stage.proof_of(investigator)

    with pytest.raises(RandomizationRefused, match="name no product"):
        break_code(
            participant, replace(EMERGENCY, **words), proof=proof, by=investigator
        )
    with pytest.raises(RandomizationRefused, match="name no product"):
        record_code_break(
            participant, replace(SEEN, **words), at=clock.now(), by=investigator
        )

    assert not CodeBreak.objects.exists()


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


def test_there_is_nothing_to_break_before_randomization():
    investigator = person("IN")
    someone = stage.eligible()

    with pytest.raises(RandomizationRefused, match="not been randomized"):
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


def test_the_reason_of_a_bedside_break_is_read_in_the_language_of_the_reader(
    participant,
):
    form = stage.form_of(participant, "INF", "D0")
    with override("zh-hans"):
        save(form, {"given": "given", "cover_intact": "N"}, by=person("BN"))

    entry = CodeBreak.objects.get()
    read = {}
    for language in ("en", "zh-hans"):
        with override(language):
            read[language] = entry.reason_text

    assert read["en"] == entry.reason
    assert read["en"].startswith("Infusion record: cover not intact")
    assert read["zh-hans"].startswith("输注记录")


def test_broken_cover_at_the_bedside_is_entered_once(participant):
    form = stage.form_of(participant, "INF", "D0")
    started = clock.now().replace(second=0, microsecond=0)
    nurse = person("BN")

    save(form, {"given": "given", "started_at": started}, by=nurse)
    assert CodeBreak.objects.count() == 0
    save(form, {"cover_intact": "N"}, by=nurse)
    save(form, {"participant_saw": "Y"}, by=nurse)

    [entry] = CodeBreak.objects.all()
    assert (entry.kind, entry.at, entry.source) == ("accidental", started, form)


@pytest.mark.verifies("RND-07")
def test_break_tells_what_was_really_prepared(participant):
    stage.requested(participant)
    wrong = {"MSC": "SALINE", "SALINE": "MSC"}[arm_of(participant)]
    stage.lot(wrong)
    record = FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
    values = {"product": wrong, "lot": f"{wrong}-7", "as_allocated": "N"}
    save(record, values, by=stage.colleague("UP"))
    investigator = stage.colleague("IN")

    disclosure = break_code(
        participant, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
    )

    assert disclosure.arm != wrong
    assert disclosure.products == (("D0", wrong, f"{wrong}-7"),)


@pytest.mark.verifies("RND-08")
def test_register_counts_by_kind_and_role(participant):
    investigator, coordinator = stage.colleague("IN"), stage.colleague("CO")
    for _ in range(2):
        proof = stage.proof_of(investigator)
        break_code(participant, EMERGENCY, proof=proof, by=investigator)
    record_code_break(participant, SEEN, at=clock.now(), by=coordinator)

    counts = unblinding.code_break_counts()

    assert [(row.kind, row.total, row.by_role) for row in counts if row.total] == [
        ("Medical emergency", 2, (("Investigator", 2),)),
        ("Accidental", 1, (("Coordinator", 1),)),
    ]


def protocol_with(monkeypatch, **blinding):
    """Let the service read a protocol whose blinding differs."""
    changed = replace(PROTOCOL, blinding=replace(PROTOCOL.blinding, **blinding))
    monkeypatch.setattr(
        "randomization.code_breaks.services.code_breaks.PROTOCOL", changed
    )


@pytest.mark.verifies("RAN-05")
def test_setting_decides_whether_an_investigator_sees_an_arm(participant, monkeypatch):
    investigator = stage.colleague("IN")

    with pytest.raises(PermissionDenied):
        arm_for_unblinded_investigator(participant, by=investigator)
    protocol_with(monkeypatch, arm_visible_to_investigator=True)
    seen = arm_for_unblinded_investigator(participant, by=investigator)
    with pytest.raises(PermissionDenied):
        arm_for_unblinded_investigator(participant, by=stage.colleague("CO"))

    assert seen == arm_of(participant)
    [entry] = Entry.objects.filter(act="arm_seen")
    assert (entry.actor, entry.confidentiality) == (investigator.username, "restricted")


@pytest.mark.real_clock  # held against the server's time of entries
@pytest.mark.verifies("RND-10")
def test_change_after_a_break_is_told_with_who_knew(client, participant):
    investigator = stage.colleague("IN")
    weight = stage.form_of(participant, "DEM")
    save(weight, {"ethnic_group": "other"}, by=investigator, reasons=WHY)
    assert unblinding.changes_after_unblinding() == []
    break_code(
        participant, EMERGENCY, proof=stage.proof_of(investigator), by=investigator
    )

    save(weight, {"ethnic_group": "han"}, by=investigator, reasons=WHY)

    [late] = unblinding.changes_after_unblinding()
    assert (late.change.item, late.change.old, late.change.new) == (
        "ethnic_group",
        "other",
        "han",
    )
    assert late.since == CodeBreak.objects.get()
    assert not late.is_authorised
    client.force_login(stage.colleague("CO"))
    register = client.get(reverse("randomization:code_breaks")).content.decode()
    panel = client.get(reverse("entry:panel", args=[weight.pk, "ethnic_group"]))
    assert "Changed after a code break" in register
    assert panel.content.decode().count("after a code break") == 1
    client.force_login(person("BR"))
    panel = client.get(reverse("entry:panel", args=[weight.pk, "ethnic_group"]))
    assert b"after a code break" not in panel.content
