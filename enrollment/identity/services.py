"""Writes of who is who: the key of a person, the question, the answer."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from enrollment.identity import selectors as identity
from enrollment.identity.rules import person_key
from enrollment.models import IdentityQuestion, PersonKey, RefusedRegistration
from enrollment.models.identity import DECISION
from enrollment.problems import AlreadyApproached, EnrollmentRefused
from enrollment.vocabulary import IdentityAnswer, IdentityGround
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.audit.attribution import Actor, Source, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound
from record.casebook.blinding import require_blind
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import form_instances
from trial_edc import clock, dates
from trial_edc.locks import TransactionLock, wait_for
from trial_edc.requirements import implements
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_
from trial_edc.wording import Wording


def lock_identities() -> None:
    """Until the transaction ends nobody else compares or randomizes people.

    Call it after a participant is locked, never before.
    """
    wait_for(TransactionLock.IDENTITIES)


@implements("RND-12")
def store_person_key(participant: Participant, hospital_no: str | None) -> None:
    """Store the keyed hash by which the person is found again, within a save.

    A key that is replaced or withdrawn stays on record as a former one. A number that
    is like another's is a question. Raises `AlreadyApproached` when it is another's.
    """
    lock_identities()
    present = PersonKey.objects.filter(participant=participant, replaced_at=None)
    key, digest = present.first(), ""
    if hospital_no and person_key(hospital_no):
        digest = identity.hospital_no_digest(hospital_no)
        _require_own_number(participant, hospital_no)
    if key and key.digest == digest:
        return
    if key:
        key.replaced_at = clock.now()
        key.save(update_fields=("replaced_at",))
    if hospital_no and digest:
        PersonKey.objects.create(
            participant=participant,
            digest=digest,
            similar=identity.similar_digests(hospital_no),
        )
        others = identity.with_similar_number(hospital_no, other_than=participant)
        _ask(participant, others, IdentityGround.HOSPITAL_NUMBER)


def _require_own_number(participant: Participant, hospital_no: str) -> None:
    owner = identity.participant_with_hospital_no(hospital_no)
    if owner and owner.pk != participant.pk:
        message = _(
            "This hospital number belongs to %(number)s. If this is the same person, "
            "go on under that number; an investigator decides."
        )
        raise AlreadyApproached(owner, message % {"number": owner.number})


def ask_about_refused_number(
    participant: Participant, owner: Participant, *, by: Actor, via: Source
) -> None:
    """Somebody tried to give a participant the hospital number of another."""
    with attributed(by=by, via=via):
        lock_identities()
        _ask(participant, [owner], IdentityGround.HOSPITAL_NUMBER)


def ask_about_birth(participant: Participant) -> None:
    """Ask about everybody of the same birth date and sex, within a save."""
    lock_identities()
    others = identity.with_same_birth_and_sex(participant)
    _ask(participant, others, IdentityGround.BIRTH_AND_SEX)


def refuse_registration(
    owner: Participant,
    *,
    client_key: UUID | None,
    age_years: object,
    sex: object,
    by: Actor,
    via: Source,
) -> None:
    """Remember that somebody was registered who has a number already."""
    age = str(age_years)
    with attributed(by=by, via=via):
        RefusedRegistration.objects.create(
            participant=owner,
            client_key=client_key,
            age_years=int(age) if age.isdecimal() and len(age) < len("1000") else None,
            sex=sex if sex in {"F", "M"} else "",
        )


def ask_about_registration(
    participant: Participant, *, hospital_no: str, client_key: UUID | None
) -> None:
    """Ask about a person just registered, within that transaction."""
    lock_identities()
    refused = identity.refused_before(participant, client_key)
    _ask(participant, refused, IdentityGround.REGISTRATION)
    if person_key(hospital_no):
        others = identity.with_similar_number(hospital_no, other_than=participant)
        _ask(participant, others, IdentityGround.HOSPITAL_NUMBER)


def _ask(
    participant: Participant, others: Iterable[Participant], ground: IdentityGround
) -> None:
    """A question that was asked before, and whatever was answered, stands."""
    pairs = (
        sorted((participant, other), key=lambda person: person.pk) for other in others
    )
    IdentityQuestion.objects.bulk_create(
        [
            IdentityQuestion(participant=later, earlier=earlier, ground=ground)
            for earlier, later in pairs
        ],
        ignore_conflicts=True,
    )


@implements("RND-12")
def decide(
    question: IdentityQuestion,
    *,
    answer: str,
    reason: str,
    proof: ReAuthenticated,
    by: User,
) -> IdentityQuestion:
    """Sign whether the two are one person; raises `EnrollmentRefused`.

    Two numbers of one person that were both randomized are a deviation.
    """
    if not by.may(Permission.CONFIRM_ELIGIBILITY):
        raise PermissionDenied
    proof.require(by)
    reason = written(reason)
    if answer not in set(IdentityAnswer) or not reason:
        raise EnrollmentRefused(_("Say whether they are one person, and why."))
    for person in (question.participant, question.earlier):
        require_blind([reason], by=by, participant=person, refusal=EnrollmentRefused)
    with attributed(by=by, via=Source.PAGE):
        # The deviation may be of either one; the earlier first, as a move does.
        earlier = form_instances.lock(question.earlier)
        later = form_instances.lock(question.participant)
        lock_identities()
        question = IdentityQuestion.objects.select_for_update().get(pk=question.pk)
        question.answer, question.reason = answer, reason
        question.meaning = str(DECISION)
        question.at = clock.after(question.asked_at, question.at)
        question.signer, question.signer_name = by, by.full_name
        question.signer_role = by.role
        question.save()
        if answer == IdentityAnswer.SAME:
            _report_double(later, earlier, by=by)
    return question


def _report_double(later: Participant, earlier: Participant, *, by: User) -> None:
    instants = {
        person: casebook_of(person).value("RAN", "randomised_at")
        for person in (earlier, later)
    }
    if None in instants.values():
        return
    second = max(instants, key=lambda person: (instants[person], person.pk))
    first = earlier if second == later else later
    words = Wording(
        N_("One person was randomized under two numbers; the other is %(number)s."),
        {"number": first.number},
    )
    announce(
        DeviationFound(
            second,
            "randomisation",
            "identity.same",
            dates.site_date(instants[second]),
            (words,),
            form=form_instances.ensure_form(second, "RAN"),
            important=True,
        ),
        by=by,
        via=Source.PAGE,
    )
