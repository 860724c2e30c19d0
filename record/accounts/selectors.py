"""Reads on accounts and on the record of their sign-ins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, Field, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from record.accounts.models import (
    SECRET,
    AccountProposal,
    Passkey,
    SecondFactor,
    SignatureAcknowledgement,
    User,
)
from record.accounts.roles import Permission, Role
from record.accounts.rules import mailbox
from record.accounts.texts import SIGNATURE_STATEMENT_VERSION
from record.accounts.vocabulary import AccessChange
from record.audit.models import Entry, Installation

# Acts of sign-ins and sessions: label and tone in the history.
SIGN_IN_ACTS = {
    "sign_in": (_("signed in"), "good"),
    "sign_in_refused": (_("refused"), "danger"),
    "account_locked": (_("locked out"), "danger"),
    "account_unlocked": (_("let in again"), "plain"),
    "sign_out": (_("signed out"), "muted"),
    "session_ended": (_("session ended"), "muted"),
    "password_changed": (_("password changed"), "plain"),
    "password_reset": (_("password reset"), "plain"),
    "identity_refused": (_("signature refused"), "danger"),
    "second_factor_refused": (_("second factor refused"), "danger"),
    "second_factor_enrolled": (_("second factor enrolled"), "plain"),
    "second_factor_revoked": (_("second factor revoked"), "plain"),
    "passkey_registered": (_("passkey registered"), "plain"),
    "passkey_removed": (_("passkey removed"), "plain"),
    "passkey_copied": (_("copied passkey revoked"), "danger"),
    "recovery_codes_made": (_("recovery codes made"), "plain"),
    "recovery_code_used": (_("recovery code used"), "attention"),
    "signature_acknowledged": (_("electronic signature acknowledged"), "plain"),
    "recovery_refused": (_("recovery refused"), "danger"),
    "import_refused": (_("laboratory file refused"), "danger"),
    "answer_refused": (_("answer to a text message refused"), "danger"),
}
REASONS = {
    "password": _("name or password wrong"),
    "code": _("code wrong"),
    "passkey": _("passkey not accepted"),
    "unknown": _("credential unknown"),
    "credential": _("credential wrong"),
    "closed": _("source not open"),
    "locked": _("locked out"),
    "inactive": _("account closed"),
    "delegation": _("outside the delegation"),
    "idle": _("no activity"),
    "ended": _("ended by an administrator, or from another session"),
}
# The entry has their time; of a former password there is nothing to tell.
HIDDEN_FIELDS = (
    "created_at",
    "password_set_at",
    "former_passwords",
    "address_changed_at",
    "access_version",
)
DECIDED_SHOWN = 20
SIGNING = (
    Permission.SIGN_FORM,
    Permission.SIGN_CASEBOOK,
    Permission.SIGN_PRODUCT,
    Permission.CONFIRM_ELIGIBILITY,
    Permission.ASSESS_SAFETY,
    Permission.MONITOR_SITE,
)


def is_signer(user: User) -> bool:
    return any(user.may(permission) for permission in SIGNING)


def acknowledgements_of(user: User) -> QuerySet[SignatureAcknowledgement]:
    return SignatureAcknowledgement.objects.filter(user=user)


def has_acknowledged(user: User) -> bool:
    """The statement as it stands now."""
    return (
        acknowledgements_of(user).filter(version=SIGNATURE_STATEMENT_VERSION).exists()
    )


def accounts() -> QuerySet[User]:
    return User.objects.order_by("-is_active", "role", "username")


def demo_users() -> list[User]:
    """Whom one click lets in: the people of a demo, in a database marked as one."""
    if not settings.DEMO_PASSWORD:
        return []
    if not Installation.objects.filter(is_demo=True).exists():
        return []
    roles = list(Role)
    able = User.objects.filter(is_active=True)
    able = able.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return sorted(able, key=lambda user: (roles.index(Role(user.role)), user.pk))


def administrators() -> QuerySet[User]:
    return User.objects.filter(role=Role.AD, is_active=True)


def open_account_at(address: str, *, other_than: User) -> User | None:
    """Another open account to whose mailbox an address leads."""
    accounts = User.objects.filter(is_active=True).exclude(pk=other_than.pk)
    same = (user for user in accounts if mailbox(user.email) == mailbox(address))
    return next(same, None)


def passkeys_of(user: User) -> QuerySet[Passkey]:
    return Passkey.objects.filter(user=user, revoked_at=None)


def with_second_factor() -> Q:
    kinds = (SecondFactor.objects, Passkey.objects)
    app, passkey = (
        Exists(kind.filter(user=OuterRef("pk"), revoked_at=None)) for kind in kinds
    )
    return Q(app) | Q(passkey)


def has_second_factor(user: User) -> bool:
    """An app or a passkey, whichever: either is asked at the sign-in."""
    return User.objects.filter(with_second_factor(), pk=user.pk).exists()


def locked_usernames() -> set[str]:
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = (
        AccessAttempt.objects.filter(attempt_time__gte=since)
        .values("username")
        .annotate(failures=Sum("failures_since_start"))
    )
    limit = settings.AXES_FAILURE_LIMIT
    return {row["username"] for row in failures.filter(failures__gte=limit)}


@dataclass(frozen=True, slots=True)
class AccountHistoryLine:
    """One write on an account, in words."""

    entry: Entry
    values: list[tuple[str, Any, Any]]  # label, old (None: it had no value), new


def history_of(user: User) -> list[AccountHistoryLine]:
    """Newest first, without changes of hidden columns alone."""
    entries = Entry.objects.filter(table_name=User._meta.db_table, row_id=user.pk)
    return [
        AccountHistoryLine(entry, values)
        for entry in entries.order_by("-id")
        if (values := list(_labelled_values(entry.changes)))
    ]


def _labelled_values(changes: dict[str, list[Any]]) -> Iterator[tuple[str, Any, Any]]:
    for field in User._meta.fields:
        old, new = changes.get(field.name, (None, None))
        if field.name not in HIDDEN_FIELDS and (old or "") != (new or ""):
            label = capfirst(str(field.verbose_name))
            if field.name in SECRET:
                yield label, None, _("set")
                continue
            before = None if old == "" else _display_value(field, old)
            yield label, before, _display_value(field, new)


def _display_value(field: "Field[Any, Any]", value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels = dict(settings.LANGUAGES if field.name == "language" else field.flatchoices)
    return labels.get(value, value)


@dataclass(frozen=True, slots=True)
class SignInEvent:
    """A sign-in, refusal or sign-out, in words."""

    entry: Entry

    @property
    def label(self) -> str:
        return str(SIGN_IN_ACTS[self.entry.act][0])

    @property
    def tone(self) -> str:
        return SIGN_IN_ACTS[self.entry.act][1]

    @property
    def username(self) -> str:
        """Of tries that one entry counts, nobody's."""
        if "count" in self.entry.changes:
            return "—"
        signed_in = self.entry.actor if self.entry.actor_id else ""
        return self.entry.changes.get("username") or signed_in or str(_("unknown name"))

    @property
    def address(self) -> str:
        """Of tries that one entry counts, where most of them came from."""
        return self.entry.address or ", ".join(self.entry.changes.get("busiest", "—"))

    @property
    def reason(self) -> str:
        if count := self.entry.changes.get("count"):
            addresses = self.entry.changes["origins"]
            text = _("%(count)s tries, counted; addresses: %(addresses)s")
            return text % {"count": count, "addresses": addresses}
        code = self.entry.changes.get("why", "")
        return str(REASONS.get(code, code))


def sign_ins() -> QuerySet[Entry]:
    """Sign-ins, refusals and sign-outs, newest first."""
    return Entry.objects.filter(act__in=list(SIGN_IN_ACTS)).order_by("-id")


def people_in(*roles: Role) -> QuerySet[User]:
    return User.objects.filter(is_active=True, role__in=roles)


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A proposal, with what the account has now and would have; empty where neither."""

    proposal: AccountProposal
    before: str
    after: str


def waiting_proposals() -> QuerySet[AccountProposal]:
    proposals = AccountProposal.objects.filter(approved_at=None, withdrawn_at=None)
    return proposals.select_related("user", "entered_by").order_by("pk")


def proposals_to_decide(user: User) -> QuerySet[AccountProposal]:
    """Those of which this person may be the second."""
    return waiting_proposals().exclude(entered_by=user).exclude(user=user)


def decided_proposals() -> QuerySet[AccountProposal]:
    proposals = AccountProposal.objects.exclude(approved_at=None, withdrawn_at=None)
    people = ("user", "entered_by", "approved_by", "withdrawn_by")
    return proposals.select_related(*people).order_by("-pk")[:DECIDED_SHOWN]


def waits(saved: object) -> bool:
    """Whether what a service saved waits for a second person."""
    if isinstance(saved, User):
        return waiting_proposals().filter(user=saved).exists()
    return isinstance(saved, AccountProposal)


def proposed_changes(proposals: QuerySet[AccountProposal]) -> list[ProposedChange]:
    return [
        ProposedChange(
            proposal,
            _aspect(proposal.change, proposal.user) if proposal.is_waiting else "",
            _aspect(proposal.change, proposal) or _mailed_to(proposal),
        )
        for proposal in proposals
    ]


def _mailed_to(proposal: AccountProposal) -> str:
    """Where the link for a password goes, as the account is now."""
    sends_link = proposal.change in (AccessChange.OPENING, AccessChange.PASSWORD_RESET)
    return proposal.user.email if sends_link and proposal.is_waiting else ""


def _aspect(change: str, source: User | AccountProposal) -> str:
    """The part of an account, or of a proposal, that a change is about."""
    match change:
        case AccessChange.ADDRESS:
            return source.email
        case AccessChange.ROLE:
            return str(source.get_role_display())
        case AccessChange.DELEGATION:
            return f"{source.delegated_from or '…'} – {source.delegated_until or '…'}"
    return ""
