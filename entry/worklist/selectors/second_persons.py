"""What two persons do at the level of the study, and waits for the second."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from randomization.infusion_plan.selectors import plans_to_approve
from randomization.lists.selectors import lists_to_approve, lists_to_seal
from randomization.study.selectors import steps_to_confirm
from record.accounts.models import User
from record.notices.work_items import DUE, WorkItem


def plans_and_steps(user: User) -> Iterator[WorkItem]:
    """For principal investigator and safety officer, what the other one proposed."""
    if plans_to_approve(user).exists():
        words = _("A plan waits for your approval")
        yield _item(_("Infusion plan"), words, "randomization:infusion_plan")
    for step in steps_to_confirm(user):
        words = _("“%(step)s” waits for your confirmation")
        words %= {"step": step.get_status_display()}
        yield _item(_("Study"), words, "randomization:study")


def lists_for_approval(user: User) -> Iterator[WorkItem]:
    if lists_to_approve(user).exists():
        words = _("A list waits for your approval")
        yield _item(_("Allocation list"), words, "randomization:allocation_lists")


def lists_for_sealing(user: User) -> Iterator[WorkItem]:
    del user  # every custodian seals
    if lists_to_seal().exists():
        words = _("An approved list can be sealed")
        yield _item(_("Allocation list"), words, "randomization:allocation_lists")


def _item(kind: str, words: str, page: str) -> WorkItem:
    return WorkItem(DUE, kind, "", words, reverse(page), "due")
