"""The account of one person: one name for ever, one role, one blinding class."""

import hashlib
from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from record.accounts import roles
from record.accounts.roles import BlindingClass, Limit, Permission, Role
from record.accounts.rules import Delegation
from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.accounts.vocabulary import AccessChange
from record.audit.triggers import (
    REFUSE_CHANGE,
    REFUSE_REMOVAL,
    Register,
    record,
    written_once,
)
from trial_edc import clock
from trial_edc.choices import choices
from trial_edc.typed_text import plain

USERNAME = r"^[a-z][a-z0-9._-]{1,29}$"
SECRET = ("password", "former_passwords")
SESSION_SALT = "record.accounts.models.User.session"
# What a page of the account shows: a change is refused that was made from another.
SHOWN = (
    "full_name",
    "full_name_zh",
    "email",
    "role",
    "is_active",
    "delegated_from",
    "delegated_until",
    "language",
)

KEEP_IDENTITY = pgtrigger.Trigger(
    name="keep_identity",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("username", "blinding"),
    func="""
        RAISE EXCEPTION 'The name and the blinding class of an account never change.'
        USING ERRCODE = 'AU003';
    """,
)


def role_fits_class() -> Q:
    fits = Q()
    for blinding in BlindingClass:
        codes = [role.value for role in roles.roles_of(blinding)]
        fits |= Q(blinding=blinding.value, role__in=codes)
    return fits


class SecondFactor(models.Model):
    """A person's authenticator app: its secret, sealed; revoked, never removed."""

    user = models.ForeignKey("User", models.PROTECT, related_name="second_factors")
    sealed = models.TextField()
    last_step = models.BigIntegerField()  # of the last code taken: each serves once
    enrolled_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(revoked_at=None),
                name="one_second_factor",
            ),
        )
        triggers = (
            record("register", unrecorded=("last_step",), secret=("sealed",)),
            REFUSE_REMOVAL,
        )


class Passkey(models.Model):
    """A key of WebAuthn on a device of the person; revoked, never removed.

    The public half alone is here: it opens nothing. `challenge_at` is when the last
    challenge was made that it answered: each serves once.
    """

    user = models.ForeignKey("User", models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=50)
    credential_id = models.CharField(max_length=1400, unique=True)  # base64url
    public_key = models.TextField()  # COSE, base64url
    sign_count = models.BigIntegerField()
    challenge_at = models.DateTimeField()
    registered_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        triggers = (
            record(
                "register", unrecorded=("sign_count", "challenge_at", "last_used_at")
            ),
            REFUSE_REMOVAL,
            pgtrigger.Trigger(
                name="keep_key",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "user", "credential_id", "public_key", "registered_at"
                ),
                func="""
                    RAISE EXCEPTION 'A passkey and its owner never change.'
                    USING ERRCODE = 'AU003';
                """,
            ),
        )


class RecoveryCode(models.Model):
    """One way in without the app, once; only a keyed hash of the code is kept."""

    user = models.ForeignKey("User", models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        triggers = (record("register", secret=("code_hash",)), REFUSE_REMOVAL)


class UserManager(models.Manager["User"]):
    """Finds an account by its name, however it was typed."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=plain(username or "").lower())


class User(AbstractBaseUser):
    """A person's account; deactivated when they leave, never removed."""

    username = models.CharField(
        _("user name"),
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                USERNAME,
                _(
                    "Use 2 to 30 lower-case letters, digits, dots, hyphens or "
                    "underscores, beginning with a letter."
                ),
            )
        ],
        error_messages={"unique": _("This name is or was somebody's; choose another.")},
    )
    full_name = models.CharField(_("full name"), max_length=100)
    full_name_zh = models.CharField(_("name in Chinese"), max_length=50, blank=True)
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=2, choices=choices(Role))
    blinding = models.CharField(
        _("blinding class"), max_length=1, choices=choices(BlindingClass)
    )
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(_("temporary password"), default=False)
    password_set_at = models.DateTimeField(null=True)
    former_passwords = ArrayField(models.CharField(max_length=128), default=list)
    delegated_from = models.DateField(_("delegated from"), null=True, blank=True)
    delegated_until = models.DateField(
        _("delegated until"), null=True, blank=True, help_text=_("the last day")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    morning_mail = models.BooleanField(_("morning e-mail"), default=True)
    address_changed_at = models.DateTimeField(null=True, blank=True)
    # Raised by each change of how the person comes in: sessions from before end.
    access_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "email", "role"]

    class Meta:
        ordering = ("username",)
        constraints = (
            models.CheckConstraint(
                condition=Q(username__regex=USERNAME), name="username_is_plain"
            ),
            models.CheckConstraint(condition=role_fits_class(), name="role_fits_class"),
            models.CheckConstraint(
                condition=Q(delegated_until__gte=F("delegated_from")),
                name="delegation_in_order",
                violation_error_message=_("A delegation ends after it begins."),
            ),
        )
        triggers = (
            record("register", unrecorded=("last_login",), secret=SECRET),
            REFUSE_REMOVAL,
            KEEP_IDENTITY,
        )

    def __str__(self) -> str:
        in_chinese = (get_language() or "").startswith("zh")
        return (in_chinese and self.full_name_zh) or self.full_name

    @property
    def written_language(self) -> str:
        """Of mails: no browser says which one."""
        return self.language or settings.LANGUAGE_CODE

    def may(self, permission: Permission) -> bool:
        return roles.has(self.role, permission)

    def limit(self, permission: Permission) -> Limit | None:
        return roles.limit(self.role, permission)

    @property
    def delegation(self) -> Delegation:
        return Delegation(self.delegated_from, self.delegated_until)

    def is_delegated(self, on: date) -> bool:
        return self.delegation.covers(on)

    @property
    def digest(self) -> str:
        """Of what its page shows; a change posts the one that its page had."""
        shown = [getattr(self, name) for name in (*SHOWN, "access_version")]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Django calls it for each key; a session holds while it stays the same."""
        value = f"{self.access_version}:{self.password}"
        digest = salted_hmac(SESSION_SALT, value, secret=secret, algorithm="sha256")
        return digest.hexdigest()


class AccountProposal(TwoPersonEntry):
    """A change of an account that waits for, or had, the approval of a second person.

    The columns of what is to be changed are those of the account; others stay empty.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="proposals")
    change = models.CharField(max_length=20, choices=choices(AccessChange))
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=2, choices=choices(Role), blank=True)
    delegated_from = models.DateField(null=True)
    delegated_until = models.DateField(null=True)
    reason = models.TextField(blank=True)
    entered_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            *two_persons(
                whole="account_approval_whole", by_two="account_change_by_two_persons"
            ),
            models.UniqueConstraint(
                fields=("user", "change"),
                condition=Q(approved_at=None, withdrawn_at=None),
                name="one_proposal_waits",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None) | Q(withdrawn_at=None),
                name="account_proposal_one_end",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("user")), name="nobody_approves_own_account"
            ),
        )
        triggers = (
            record("register"),
            REFUSE_REMOVAL,
            written_once(
                "approved_by_id", "approved_at", "withdrawn_by_id", "withdrawn_at"
            ),
        )

    @property
    def digest(self) -> str:
        """Also of the account as it is now: both are shown to the second person."""
        return hashlib.sha256(
            f"{super().digest}{self.user.digest}".encode()
        ).hexdigest()

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.withdrawn_at is None


class AccessReview(models.Model):
    """Somebody compared who had access on a day with who should have had it."""

    as_of = models.DateField()
    digest = models.CharField(max_length=64)  # of the report as it was shown
    findings = models.TextField()
    reviewed_at = models.DateTimeField(default=clock.now)
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        triggers = (record("register"), REFUSE_REMOVAL, REFUSE_CHANGE)


class SignatureAcknowledgement(Register):
    """That the electronic signature binds its owner like one by hand (11.100(c)).

    `text` is the statement as it was read.
    """

    user = models.ForeignKey(
        User, models.PROTECT, related_name="signature_acknowledgements"
    )
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    text = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "version"), name="one_acknowledgement_a_version"
            ),
        )
