"""Work that is counted in one line and done on a page of its own."""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from randomization.product.selectors.preparation_worklist import preparations
from randomization.vocabulary import PreparationStep
from record.accounts.models import User
from record.accounts.selectors import proposals_to_decide
from record.notices.work_items import DUE, WAITING, WorkItem
from record.review.selectors import count_to_verify
from safety.coding.services import coding_to_do
from safety.reconciliation.selectors import difference_lines_for
from safety.reconciliation.services import may_reconcile
from safety.reconciliation.vocabulary import DifferenceState


def forms_to_verify(user: User) -> Iterator[WorkItem]:
    if count := count_to_verify(user):
        text = ngettext("%(count)s form to verify", "%(count)s forms to verify", count)
        words = text % {"count": count}
        url = _page("review:verification")
        yield WorkItem(WAITING, _("Verification"), "", words, url, "complete")


def terms_to_code(user: User) -> Iterator[WorkItem]:
    if count := coding_to_do(user):
        text = ngettext("%(count)s term", "%(count)s terms", count)
        words = text % {"count": count}
        url = _page("safety:coding")
        yield WorkItem(WAITING, _("Coding"), "", words, url, "complete")


def differences_to_settle(user: User) -> Iterator[WorkItem]:
    lines = difference_lines_for(user) if may_reconcile(user) else []
    if count := sum(line.state == DifferenceState.OPEN for line in lines):
        text = ngettext("%(count)s difference", "%(count)s differences", count)
        words = text % {"count": count}
        url = reverse("safety:reconciliation")
        yield WorkItem(WAITING, _("Reconciliation"), "", words, url, "complete")


def product_to_prepare(user: User) -> Iterator[WorkItem]:
    del user
    steps = [one.step for one in preparations()]
    url = _page("randomization:preparations")
    handed_over = steps.count(PreparationStep.HANDED_OVER)
    if count := len(steps) - handed_over:
        text = ngettext(
            "%(count)s infusion to prepare", "%(count)s infusions to prepare", count
        )
        yield WorkItem(DUE, _("Product"), "", text % {"count": count}, url, "due")
    if handed_over:
        text = ngettext(
            "%(count)s product record to complete",
            "%(count)s product records to complete",
            handed_over,
        )
        words = text % {"count": handed_over}
        yield WorkItem(WAITING, _("Product"), "", words, url, "draft")


def account_changes(user: User) -> Iterator[WorkItem]:
    if count := proposals_to_decide(user).count():
        text = ngettext(
            "%(count)s change of an account waits for a second person",
            "%(count)s changes of accounts wait for a second person",
            count,
        )
        words = text % {"count": count}
        url = reverse("accounts:proposals")
        yield WorkItem(DUE, _("Accounts"), "", words, url, "due")


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("entry:matrix")
