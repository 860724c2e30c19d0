"""What the reader may do with a form as a whole: sign, verify, close, strike out."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from entry.models import FormMove
from entry.move.rules import is_movable
from entry.move.selectors import moves_of
from record.accounts.models import User
from record.accounts.roles import Permission
from record.capture.vocabulary import StrikeReason
from record.casebook.access import may_enter, may_strike
from record.casebook.design import FormDesign
from record.casebook.models import FormInstance, FormStatus
from record.review.models import Signature


@dataclass(frozen=True)
class FormActs:
    """The acts open to a reader, and the signatures that stand."""

    form: FormInstance
    design: FormDesign
    user: User
    is_verified: bool = False  # an item at least, at whatever revision
    is_read_only: bool = False  # while the database is locked

    @property
    def is_stored(self) -> bool:
        return self.form.pk is not None

    @property
    def is_complete(self) -> bool:
        return self.form.status == FormStatus.COMPLETE

    @cached_property
    def signatures(self) -> list[tuple[Signature, bool]]:
        """Each with whether it still holds."""
        if self.design.signature is None or not self.is_stored:
            return []
        signatures = self.form.signatures.select_related("signer")
        return [(signature, signature.holds_for(self.form)) for signature in signatures]

    @property
    def is_signed(self) -> bool:
        return any(holds for _signature, holds in self.signatures)

    @cached_property
    def moves(self) -> list[FormMove]:
        """By which the values of this form came here, or went."""
        return list(moves_of(self.form)) if self.is_stored else []

    @cached_property
    def may_enter(self) -> bool:
        is_open = not self._is_closed and self.form.struck_at is None
        return is_open and may_enter(self.user, self.design)

    @property
    def _is_closed(self) -> bool:
        return self.is_read_only or self.form.is_closed

    @property
    def may_sign(self) -> bool:
        is_signable = self.design.signature is not None and not self.is_read_only
        return is_signable and self.user.may(self.design.signed_by)

    @property
    def may_verify(self) -> bool:
        may_verify = self.user.may(Permission.VERIFY) and not self.is_read_only
        return may_verify and self.form.revision > 0

    @property
    def may_withdraw_verification(self) -> bool:
        return self.may_verify and self.is_verified

    @property
    def may_return_to_draft(self) -> bool:
        return self.may_enter and self.is_complete

    @property
    def may_state_not_done(self) -> bool:
        is_empty = self.is_stored and self.form.status == FormStatus.NOT_STARTED
        return self.may_enter and is_empty and self.design.may_be_not_done

    @property
    def may_take_back(self) -> bool:
        is_not_done = self.form.status == FormStatus.NOT_DONE
        return self.may_enter and is_not_done and self.design.may_be_not_done

    @property
    def may_state_paper(self) -> bool:
        return self.may_enter and self.form.revision > 0

    @property
    def may_move(self) -> bool:
        may_go = self.may_enter and self.form.revision > 0
        return may_go and is_movable(self.form.code)

    @property
    def may_strike(self) -> bool:
        """Also of a row that an event opened and nobody has filled in."""
        is_row = self.form.pk is not None and self.design.collected.is_log
        may_go = self.may_enter and (is_row or self.form.revision > 0)
        return may_go and may_strike(self.user, self.design)

    @property
    def may_restore(self) -> bool:
        was_struck = self.form.struck_at is not None and not self._is_closed
        return was_struck and may_strike(self.user, self.design)

    @property
    def strike_choices(self) -> list[tuple[str, str]]:
        return [(reason.value, _(reason.label)) for reason in StrikeReason]

    @property
    def closings(self) -> list[tuple[str, str]]:
        """Freezing and locking: each action with its words."""
        if not self.is_stored or self.is_read_only:
            return []
        actions = []
        is_locked = self.form.locked_at is not None
        if self.user.may(Permission.FREEZE) and not is_locked:
            is_frozen = self.form.frozen_at is not None
            thaw, freeze = ("thaw", _("Thaw")), ("freeze", _("Freeze"))
            actions.append(thaw if is_frozen else freeze)
        if self.user.may(Permission.LOCK):
            unlock, lock = ("unlock", _("Unlock")), ("lock", _("Lock"))
            actions.append(unlock if is_locked else lock)
        return actions

    @property
    def are_any(self) -> bool:
        may_mark = self.may_sign or self.may_verify or self.may_return_to_draft
        may_close = (
            self.may_strike or self.may_restore or self.closings or self.may_move
        )
        may_state = (
            self.may_state_not_done or self.may_take_back or self.may_state_paper
        )
        shows = self.signatures or self.moves
        return bool(shows or may_mark or may_close or may_state)
