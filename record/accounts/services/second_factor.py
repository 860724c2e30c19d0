"""The second factor: an authenticator app (RFC 6238) and recovery codes for its loss.

A code of the app serves once and for about a minute. A recovery code serves once and
at any hour, also while the account is locked after too many tries: an investigator can
break a code at two in the morning without an administrator.
"""

import base64

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from record.accounts.events import AccountChanged
from record.accounts.models import RecoveryCode, SecondFactor, User
from record.accounts.problems import AccountRefused
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.selectors import passkeys_of
from record.accounts.services.credentials import end_sessions, require_present
from record.accounts.services.strangers import name_digest
from record.accounts.vocabulary import AccessChange
from record.audit import floods
from record.audit.attribution import Source, act, attributed
from record.audit.events import announce
from record.audit.vault import Purpose, keyed_hash, seal, unseal
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.typed_text import identifier

SECRET_BYTES, DIGITS, STEP_SECONDS = 20, 6, 30  # what every app expects
STEP_OFFSETS = (0, -1, 1)  # the clock of a phone may be half a minute off
CODES = 10
# Letters and digits that are not taken for one another on paper.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12  # 60 bits
NEW_SECRET = "new_secret"  # noqa: S105 - a key of the session
TRIES = 5  # in a window of the settings


def new_secret() -> str:
    secret = chance.source().getrandbits(8 * SECRET_BYTES).to_bytes(SECRET_BYTES, "big")
    return base64.b32encode(secret).decode()


def begin_enrolment(
    session: SessionBase, *, user: User, proof: ReAuthenticated | None = None
) -> None:
    """Make the secret of a new app; who has a passkey proves first who they are."""
    if proof:
        proof.require(user)
    elif passkeys_of(user).exists():
        raise IdentityNotConfirmed(_("Please confirm with your password again."))
    session[NEW_SECRET] = new_secret()


def _totp(secret: str) -> TOTP:
    # The apps know SHA-1 alone; an HMAC does not rest on its collisions.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def qr_code(secret: str, user: User) -> str:
    uri = _totp(secret).get_provisioning_uri(user.username, PROTOCOL.registry.other_id)
    svg: str = segno.make(uri, error="m").svg_inline(scale=5, light="white")
    return svg


def code_at(secret: str, seconds: float) -> str:
    """`seconds` since 1970."""
    return _totp(secret).generate(seconds).decode()


def _step_of(secret: str, code: str) -> int | None:
    """None when it is not a code of about now."""
    now = int(clock.now().timestamp())
    for offset in STEP_OFFSETS:
        seconds = now + offset * STEP_SECONDS
        if constant_time_compare(code_at(secret, seconds), code):
            return seconds // STEP_SECONDS
    return None


def factor_of(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, revoked_at=None).first()


def recovery_codes_left(user: User) -> int:
    return _usable_codes(user).count()


def _usable_codes(user: User) -> QuerySet[RecoveryCode]:
    return RecoveryCode.objects.filter(user=user, used_at=None, replaced_at=None)


@implements("ACC-15")
def enrol(*, user: User, secret: str, code: str) -> list[str]:
    """Take an app into use once it shows the right code; return recovery codes."""
    step = _step_of(secret, _normalized(code))
    if step is None:
        raise AccountRefused(_("This code is not the one that the app shows now."))
    with attributed(by=user, via=Source.PAGE):
        require_present(user)
        if factor_of(user):
            raise AccountRefused(
                _("A second factor is in use. An administrator revokes a lost one.")
            )
        sealed = seal(Purpose.SECOND_FACTOR, secret, bound_to=str(user.pk))
        SecondFactor.objects.create(user=user, sealed=sealed, last_step=step)
        act("second_factor_enrolled", details={"username": user.username})
        end_sessions(user)
        _announce(user, AccessChange.FACTOR_ENROLLED)
        return new_codes(user)


def make_recovery_codes(*, user: User, proof: ReAuthenticated) -> list[str]:
    """Make recovery codes, shown this once; earlier ones no longer work."""
    proof.require(user)
    with attributed(by=user, via=Source.PAGE):
        _announce(user, AccessChange.CODES_MADE)
        return new_codes(user)


def new_codes(user: User) -> list[str]:
    _usable_codes(user).update(replaced_at=clock.now())
    codes = [
        "".join(chance.source().choice(ALPHABET) for _ in range(CODE_LENGTH))
        for _ in range(CODES)
    ]
    for code in codes:
        RecoveryCode.objects.create(user=user, code_hash=_hash(user, code))
    act("recovery_codes_made", details={"username": user.username})
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def _hash(user: User, code: str) -> str:
    return keyed_hash(Purpose.SECOND_FACTOR, f"{user.pk}:{code}")


def _normalized(code: str) -> str:
    return identifier(code).replace("-", "")


def use_code(user: User, code: str) -> bool:
    code = _normalized(code)
    factors = SecondFactor.objects.filter(user=user, revoked_at=None)
    factor = factors.select_for_update().first()
    secret = _secret_of(factor) if factor else None
    step = _step_of(secret, code) if secret else None
    if factor and step is not None and step > factor.last_step:
        factor.last_step = step
        factor.save(update_fields=("last_step",))
        return True
    return use_recovery_code(user, code)


def _secret_of(factor: SecondFactor) -> str | None:
    """None for a secret that was altered, or came from another account."""
    try:
        return unseal(
            Purpose.SECOND_FACTOR, factor.sealed, bound_to=str(factor.user_id)
        )
    except InvalidTag:
        return None


def use_recovery_code(user: User, code: str) -> bool:
    matches = _usable_codes(user).filter(code_hash=_hash(user, _normalized(code)))
    recovery_code = matches.select_for_update().first()
    if recovery_code is None:
        return False
    recovery_code.used_at = clock.after(recovery_code.made_at)
    recovery_code.save(update_fields=("used_at",))
    act("recovery_code_used", details={"username": user.username})
    _announce(user, AccessChange.CODE_USED)
    return True


def _announce(user: User, change: AccessChange) -> None:
    announce(AccountChanged(user, change), by=user, via=Source.PAGE)


def tried_too_often(name: str) -> bool:
    """The lock of the sign-in does not bind recovery, so it has a limit of its own.

    It counts each try, of a name that is nobody's as of an account.
    """
    subject = f"name {name_digest(name)}"
    return floods.tries_of("recovery_refused", subject) > TRIES


@implements("ACC-15")
def revoke(user: User) -> None:
    """App, passkeys and recovery codes: whoever lost one device may have lost all.

    Call it inside the attributed transaction of who decided it.
    """
    for factor in SecondFactor.objects.filter(user=user, revoked_at=None):
        factor.revoked_at = clock.after(factor.enrolled_at)
        factor.save(update_fields=("revoked_at",))
    for passkey in passkeys_of(user):
        passkey.revoked_at = clock.after(passkey.registered_at)
        passkey.save(update_fields=("revoked_at",))
    _usable_codes(user).update(replaced_at=clock.now())
    act("second_factor_revoked", details={"username": user.username})
