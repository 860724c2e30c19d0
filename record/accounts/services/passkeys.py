"""Passkeys (WebAuthn): a key on a person's device answers a challenge, once.

The key is bound to the site of `SITE_URL`, so another site that looks like ours gets
no answer that we take. The device itself verifies the person, by finger, face or PIN.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from record.accounts import selectors
from record.accounts.events import AccountChanged
from record.accounts.models import Passkey, User
from record.accounts.problems import AccountRefused
from record.accounts.proofs import ReAuthenticated
from record.accounts.rules import is_copy
from record.accounts.services.credentials import end_sessions, require_present
from record.accounts.services.second_factor import new_codes
from record.accounts.vocabulary import AccessChange
from record.audit.attribution import Source, act, attributed
from record.audit.events import announce
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

CHALLENGES = "passkey_challenges"  # session: the one of each purpose that waits
NEW, OWN = "new", "own"  # a key to be registered; the answer of one that is
CHALLENGE_HOLDS = timedelta(minutes=5)
CHALLENGE_BYTES = 32
MOST_OF_A_PERSON = 10
VERIFIED_BY_DEVICE = UserVerificationRequirement.REQUIRED
# What an answer of a browser, or of somebody who poses as one, can make a reader raise.
UNFIT = (WebAuthnException, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What the browser made of a challenge, as JSON."""

    text: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Random bytes that a key signs, and when they were made."""

    value: bytes
    made_at: datetime


def site_origin() -> str:
    parts = urlsplit(settings.SITE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def _relying_party() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def options_for_new(session: SessionBase, user: User) -> str:
    """JSON for `navigator.credentials.create`."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=_relying_party(),
            rp_name=PROTOCOL.registry.other_id,
            user_id=f"account {user.pk}".encode(),
            user_name=user.username,
            user_display_name=user.full_name,
            challenge=_new_challenge(session, user, NEW),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=VERIFIED_BY_DEVICE,
            ),
            exclude_credentials=_descriptors(user),
        )
    )


def options_for_own(session: SessionBase, user: User) -> str:
    """JSON for `navigator.credentials.get`."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_relying_party(),
            challenge=_new_challenge(session, user, OWN),
            allow_credentials=_descriptors(user),
            user_verification=VERIFIED_BY_DEVICE,
        )
    )


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id))
        for passkey in selectors.passkeys_of(user)
    ]


def _new_challenge(session: SessionBase, user: User, purpose: str) -> bytes:
    value = chance.source().getrandbits(8 * CHALLENGE_BYTES).to_bytes(CHALLENGE_BYTES)
    waiting = {
        "user": user.pk,
        "value": bytes_to_base64url(value),
        "at": clock.now().timestamp(),
    }
    session[CHALLENGES] = {**session.get(CHALLENGES, {}), purpose: waiting}
    return value


def take_challenge(session: SessionBase, user: User, purpose: str) -> Challenge | None:
    """Take what waits out of the session, so that nothing answers it a second time."""
    waiting = dict(session.get(CHALLENGES, {}))
    challenge = waiting.pop(purpose, None)
    session[CHALLENGES] = waiting
    if challenge is None or challenge["user"] != user.pk:
        return None
    made_at = datetime.fromtimestamp(challenge["at"], UTC)
    if clock.now() - made_at > CHALLENGE_HOLDS:
        return None
    return Challenge(base64url_to_bytes(challenge["value"]), made_at)


@implements("ACC-15")
def register(
    session: SessionBase,
    *,
    user: User,
    name: str,
    answer: PasskeyAnswer,
    proof: ReAuthenticated,
) -> list[str]:
    """Take a passkey into use; return recovery codes where it is the first factor."""
    proof.require(user)
    challenge = take_challenge(session, user, NEW)
    new = _verified_new(answer, challenge) if challenge else None
    if challenge is None or new is None:
        raise AccountRefused(
            _("The device did not answer as it should, or too late. Try again.")
        )
    credential_id = bytes_to_base64url(new.credential_id)
    with attributed(by=user, via=Source.PAGE):
        require_present(user)
        has_factor = selectors.has_second_factor(user)
        _require_room(user, credential_id)
        Passkey.objects.create(
            user=user,
            name=name,
            credential_id=credential_id,
            public_key=bytes_to_base64url(new.credential_public_key),
            sign_count=new.sign_count,
            challenge_at=challenge.made_at,
        )
        act("passkey_registered", details={"username": user.username, "name": name})
        end_sessions(user)
        _announce(user, AccessChange.PASSKEY_ADDED)
        return [] if has_factor else new_codes(user)


def _verified_new(
    answer: PasskeyAnswer, challenge: Challenge
) -> VerifiedRegistration | None:
    try:
        return webauthn.verify_registration_response(
            credential=answer.text,
            expected_challenge=challenge.value,
            expected_rp_id=_relying_party(),
            expected_origin=site_origin(),
            require_user_verification=True,
        )
    except UNFIT:
        return None


def _require_room(user: User, credential_id: str) -> None:
    if Passkey.objects.filter(credential_id=credential_id).exists():
        raise AccountRefused(_("This passkey is, or was, registered already."))
    if selectors.passkeys_of(user).count() >= MOST_OF_A_PERSON:
        raise AccountRefused(_("You have ten passkeys. Remove one first."))


@implements("ACC-15")
def use_passkey(session: SessionBase, user: User, answer: PasskeyAnswer) -> bool:
    """Whether a passkey of this person answered the challenge of this session.

    One that shows a count of before was copied: it is refused and revoked, and its
    owner told. Call it inside the attributed transaction of who asks.
    """
    challenge = take_challenge(session, user, OWN)
    passkey = _passkey_in(answer, user)
    if challenge is None or passkey is None:
        return False
    count = _count_in(answer, challenge, passkey)
    if count is None or challenge.made_at <= passkey.challenge_at:
        return False
    if is_copy(counted=passkey.sign_count, shown=count):
        _revoke(passkey)
        act("passkey_copied", details=_details(passkey))
        _announce(user, AccessChange.PASSKEY_COPIED)
        return False
    passkey.sign_count, passkey.challenge_at = count, challenge.made_at
    passkey.last_used_at = clock.now()
    passkey.save(update_fields=("sign_count", "challenge_at", "last_used_at"))
    return True


def _passkey_in(answer: PasskeyAnswer, user: User) -> Passkey | None:
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer.text)
    except UNFIT:
        return None
    own = selectors.passkeys_of(user).filter(
        credential_id=bytes_to_base64url(credential.raw_id)
    )
    return own.select_for_update().first()


def _count_in(
    answer: PasskeyAnswer, challenge: Challenge, passkey: Passkey
) -> int | None:
    """The count that the key shows; None where the answer is not its own.

    The count of before is compared afterwards (`is_copy`), so that a copy is told from
    a wrong answer.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.text,
            expected_challenge=challenge.value,
            expected_rp_id=_relying_party(),
            expected_origin=site_origin(),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNFIT:
        return None
    return verified.new_sign_count


@implements("ACC-15")
def remove(passkey_id: int, *, user: User, proof: ReAuthenticated) -> None:
    """Remove a passkey of one's own; the last second factor an administrator revokes.

    Raises `AccountRefused`.
    """
    proof.require(user)
    with attributed(by=user, via=Source.PAGE):
        require_present(user)
        own = selectors.passkeys_of(user).select_for_update()
        passkey = own.filter(pk=passkey_id).first()
        if passkey is None:
            raise AccountRefused(_("This passkey is removed already."))
        _revoke(passkey)
        if not selectors.has_second_factor(user):
            raise AccountRefused(
                _(
                    "This is your only second factor. Set up another one first; a lost "
                    "one is revoked by an administrator."
                )
            )
        act("passkey_removed", details=_details(passkey))
        end_sessions(user)
        _announce(user, AccessChange.PASSKEY_REMOVED)


def _revoke(passkey: Passkey) -> None:
    passkey.revoked_at = clock.after(passkey.registered_at)
    passkey.save(update_fields=("revoked_at",))


def _details(passkey: Passkey) -> dict[str, str]:
    return {"username": passkey.user.username, "name": passkey.name}


def _announce(user: User, change: AccessChange) -> None:
    announce(AccountChanged(user, change), by=user, via=Source.PAGE)
