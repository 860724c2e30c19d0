"""What the page of the lock shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from record.accounts.access import may_be
from record.accounts.models import User
from record.accounts.roles import FIRST, SECOND, Permission
from record.lock import selectors
from record.lock.forms import (
    EXCEPTION,
    ConfirmLockForm,
    ProposeLockForm,
    ProposeUnlockForm,
)
from record.lock.models import LockProposal
from record.lock.readiness import CheckResult, Readiness, checks, readiness
from trial_edc.context import page_for


@dataclass(frozen=True)
class CheckLine:
    """A check of the report, and why its open lines are accepted."""

    result: CheckResult
    exception: str


@dataclass(frozen=True)
class StoredCheck:
    """What a proposal says of one check."""

    title: str
    lines: list[Any]
    exception: str


class LockPage:
    """The state of the lock, the report as it is now, and what this person may do."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user
        self.state = selectors.present_lock()
        self.waiting = selectors.waiting_proposal()
        self.history = list(selectors.proposals())
        self.forms_url = page_for(user, "lock:forms")

    @cached_property
    def report(self) -> Readiness:
        return readiness()

    @property
    def lines(self) -> Iterator[CheckLine]:
        accepted = self.waiting.exceptions if self.waiting else {}
        for result in self.report.results:
            yield CheckLine(result, accepted.get(result.check.name, ""))

    @property
    def shows_report(self) -> bool:
        return self.state is None

    @cached_property
    def form(self) -> Any:
        """None where this person waits for the other."""
        typed = self.request.POST or None
        if self.waiting:
            if not may_be(self.user, SECOND, Permission.LOCK_DATABASE):
                return None
            shown = {"shown": self.waiting.digest}
            return ConfirmLockForm(self.request, typed, initial=shown)
        if not may_be(self.user, FIRST, Permission.LOCK_DATABASE):
            return None
        if self.state:
            return ProposeUnlockForm(self.request, typed)
        return ProposeLockForm(self.report, self.request, typed)

    @property
    def offer(self) -> str:
        """Names the act that the form stands for; the page posts it back."""
        if self.waiting:
            return f"confirm {self.waiting.pk}"
        return f"unlock {self.state.version}" if self.state else "lock"

    @property
    def is_outdated(self) -> bool:
        """What is posted was offered when the lock stood otherwise."""
        if self.request.method != "POST":
            return False
        return self.form is None or self.request.POST.get("offer") != self.offer

    @property
    def typed_words(self) -> str:
        """What was written into an outdated form."""
        names = [n for n in self.request.POST if n.startswith(("reason", EXCEPTION))]
        texts = (self.request.POST.get(name, "") for name in names)
        return " · ".join(filter(None, texts))

    @property
    def act_title(self) -> str:
        if self.waiting:
            return _("Confirm: unlock") if self.state else _("Confirm: lock")
        return _("Propose to unlock") if self.state else _("Propose to lock")


def stored_checks(proposal: LockProposal) -> list[StoredCheck]:
    """The report of a proposal, in the words of today."""
    titles = {check.name: check.title for check in checks()}
    return [
        StoredCheck(
            titles.get(stored["name"], stored["name"]),
            stored["lines"],
            proposal.exceptions.get(stored["name"], ""),
        )
        for stored in proposal.report
    ]
