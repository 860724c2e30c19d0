"""Sign-off of a visit or a casebook: what it binds, and what breaks it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.services.form_status import restore_row, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services.form_instances import mark_status
from record.review import services as review
from record.review.models import Signature
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.selectors.sign_offs import (
    CasebookPart,
    bound_to,
    casebooks_unsigned,
    covered_forms,
    digest_of,
    sign_offs_of,
)
from tests.record.capture.saving import change, complete
from tests.sample_room.people import (
    A_SAMPLE,
    STAGE,
    participant,
    person,
    sample,
    secret,
)
from trial_edc import clock

pytestmark = pytest.mark.django_db
WHY = Reason("other", "so it is")


def proof_of(user):
    return ReAuthenticated(user.pk, clock.now())


def casebook(of=1):
    return CasebookPart(participant(of))


def visit(of=1):
    return CasebookPart(participant(of), "ZZZ")


def show(part, user):
    """What the page shows, noted as the page does."""
    bound = bound_to(covered_forms(part))
    review.note_part_shown(part, bound, by=user)
    return digest_of(bound)


def sign_off(part, user=None):
    user = user or person("PI")
    shown = show(part, user)
    return review.sign_off(part, shown=shown, proof=proof_of(user), by=user)


def holds(part):
    states = sign_offs_of(part, bound_to(covered_forms(part)))
    return any(is_valid for _signature, is_valid in states)


@pytest.mark.verifies("SIG-10")
@pytest.mark.parametrize("part_of", [casebook, visit])
def test_a_sign_off_binds_every_form_that_whoever_reads_casebooks_reads(part_of):
    form = complete()
    other = save(sample(2), {"weight_kg": "70"}, by=person()).form
    save(secret(), {"product": "icu"}, by=person("UP"))

    signature = sign_off(part_of())

    assert set(signature.bound) == {str(form.pk), str(other.pk)}
    assert (signature.form, signature.signer_role) == (None, "PI")
    assert holds(part_of())
    acts = Entry.objects.filter(act="signed_off").values_list("participant_id")
    assert list(acts) == [(participant().pk,)]


def _change_value(form):
    change(form)


def _change_back(form):
    change(form)
    change(form, value="70")


def _strike(form):
    strike_row(form, by=STAGE, reason=WHY, via=Source.PAGE)


def _strike_and_restore(form):
    _strike(form)
    restore_row(form, by=STAGE, reason=WHY, via=Source.PAGE)


def _add(_form):
    sample(3)


def _add_and_strike(_form):
    form = save(sample(3), A_SAMPLE, by=person()).form
    strike_row(form, by=STAGE, reason=WHY, via=Source.PAGE)


def _mark(_form):
    form = sample(2)
    mark_status(form, FormStatus.NOT_DONE, by=STAGE, reason=WHY, via=Source.PAGE)


def _sql(form):
    with attributed(by=STAGE, via=Source.COMMAND), connection.cursor() as cursor:
        table = "sample_room_sample"
        cursor.execute(
            f"UPDATE {table} SET weight_kg = 75 WHERE form_id = %s", [form.pk]
        )


@pytest.mark.verifies("SIG-04", "SIG-10")
@pytest.mark.parametrize(
    "act",
    [
        _change_value,
        _change_back,
        _strike,
        _strike_and_restore,
        _add,
        _add_and_strike,
        _mark,
        _sql,
    ],
)
def test_whatever_is_done_to_a_form_breaks_the_sign_off_for_good(act):
    form = complete(weight_kg="70")
    sample(2)
    sign_off(casebook())
    sign_off(visit())
    assert (holds(casebook()), holds(visit())) == (True, True)

    act(form)

    assert (holds(casebook()), holds(visit())) == (False, False)
    assert list(unsigned()) == [participant()]
    assert sign_off(casebook()).pk
    assert (holds(casebook()), list(unsigned())) == (True, [])


def unsigned():
    return casebooks_unsigned(Participant.objects.all())


def test_a_restricted_form_breaks_no_sign_off_and_is_not_bound():
    complete()
    sign_off(casebook())

    save(secret(), {"product": "icu"}, by=person("UP"))

    assert holds(casebook())
    assert list(unsigned()) == []


def test_sql_finds_unsigned_casebooks_as_sign_offs_say():
    complete()
    save(sample(of=2), A_SAMPLE, by=person(), complete=True)
    participant(3)

    sign_off(casebook())
    sign_off(visit(2))

    assert list(unsigned()) == [participant(2), participant(3)]
    for one in (1, 2, 3):
        assert holds(casebook(one)) is (participant(one) not in unsigned())


@pytest.mark.verifies("SIG-03")
def test_what_changed_since_it_was_shown_is_named_and_nothing_signed():
    form, user = complete(weight_kg="70"), person("PI")
    shown = show(casebook(), user)

    change(form)
    sample(2)
    with pytest.raises(ChangedSinceShown, match="Sample · ZZZ") as refusal:
        review.sign_off(casebook(), shown=shown, proof=proof_of(user), by=user)

    assert str(refusal.value).count("ZZZ") == 2
    assert not Signature.objects.exists()


def test_what_was_never_shown_to_this_person_is_not_signed():
    complete()
    shown, user = show(casebook(), person("IN")), person("PI")

    for digest in (shown, "", "0" * 64):
        with pytest.raises(ChangedSinceShown):
            review.sign_off(casebook(), shown=digest, proof=proof_of(user), by=user)


def test_two_tabs_of_one_person_sign_once():
    complete()

    assert sign_off(casebook()) == sign_off(casebook())
    assert Entry.objects.filter(act="signed_off").count() == 1


@pytest.mark.verifies("SIG-05", "SIG-09")
def test_who_may_not_sign_signs_nothing_off():
    complete()
    for role in ("CO", "MO", "DM", "AD", "UP"):
        with pytest.raises(PermissionDenied):
            sign_off(casebook(), person(role))
    investigator = person("IN")
    shown = show(casebook(), investigator)

    def attempt(**columns):
        with attributed(by=STAGE, via=Source.COMMAND):
            type(investigator).objects.filter(pk=investigator.pk).update(**columns)
        proof = proof_of(investigator)
        review.sign_off(casebook(), shown=shown, proof=proof, by=investigator)

    with pytest.raises(ReviewRefused, match="changed this moment"):
        attempt(is_active=False)
    with pytest.raises(ReviewRefused, match="delegation"):
        attempt(is_active=True, delegated_until=clock.today().replace(year=2000))
    attempt(delegated_until=None)
    assert holds(casebook())


def test_a_signature_of_a_form_is_none_of_a_visit():
    row = Signature(participant=participant(), form=complete(), visit="ZZZ", bound={})
    row.signer = person("PI")

    with (
        pytest.raises(IntegrityError, match="signature_of_form_or_visit"),
        attributed(by=STAGE, via=Source.COMMAND),
    ):
        row.save()


def test_a_casebook_of_someone_else_is_not_touched():
    form = complete()
    sign_off(casebook())

    save(sample(of=2), A_SAMPLE, by=person(), complete=True)

    assert holds(casebook())
    assert FormInstance.objects.get(pk=form.pk).revision == 1
