"""My work: what a person can do today, by permission, most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any

from entry.worklist.selectors import (
    counts,
    forms,
    people,
    second_persons,
    signatures,
    visits,
)
from entry.worklist.selectors.safety import serious_events
from record.accounts.models import User
from record.accounts.roles import Permission
from record.notices.work_items import WORK_SOURCES, WorkGroup, WorkItem, WorkSource

DRAFTERS = (
    Permission.ENTER_CRF,
    Permission.ENTER_BEDSIDE,
    Permission.ASSESS_SAFETY,
)
Group, May = WorkGroup, Permission
SOURCES: tuple[tuple[WorkGroup, tuple[Permission, ...], WorkSource], ...] = (
    (Group.SAFETY, (May.ENTER_CRF, May.ASSESS_SAFETY), serious_events),
    (Group.SAFETY, (May.ENTER_CRF,), forms.births_to_ask_for),
    (Group.INFUSIONS, (May.ENTER_BEDSIDE,), visits.infusions_to_watch),
    (Group.INFUSIONS, (May.ENTER_PRODUCT,), counts.product_to_prepare),
    (Group.DECISIONS, (May.CONFIRM_ELIGIBILITY,), people.people_to_compare),
    (Group.DECISIONS, (May.JUDGE,), forms.values_to_judge),
    (Group.DECISIONS, (May.SIGN_FORM, May.SIGN_PRODUCT), forms.forms_to_sign),
    (Group.DECISIONS, (May.SIGN_FORM,), signatures.opened_pages),
    (Group.DECISIONS, (May.SIGN_CASEBOOK,), signatures.casebooks),
    (Group.DECISIONS, (May.SIGN_FORM,), signatures.visits),
    (
        Group.DECISIONS,
        (May.MANAGE_USERS, May.APPROVE_DELEGATION),
        counts.account_changes,
    ),
    (Group.DECISIONS, (May.PAUSE_STUDY,), second_persons.plans_and_steps),
    (Group.DECISIONS, (May.LIST_APPROVE,), second_persons.lists_for_approval),
    (Group.DECISIONS, (May.LIST_GENERATE,), second_persons.lists_for_sealing),
    (Group.VISITS, (May.ENTER_CRF,), visits.consents_to_ask_for),
    (Group.VISITS, (May.ENTER_CRF,), visits.visits_due),
    (Group.VISITS, (May.ENTER_BEDSIDE,), visits.people_to_inform_in_ward),
    (Group.FORMS, (May.ENTER_CRF,), forms.events_to_record),
    (Group.FORMS, DRAFTERS, forms.forms_missing),
    (Group.FORMS, DRAFTERS, forms.drafts),
    (Group.QUERIES, (May.ANSWER_QUERY,), forms.queries_to_answer),
    (Group.QUERIES, (May.CLOSE_QUERY,), forms.answers_to_review),
    (Group.REVIEW, (May.VERIFY,), counts.forms_to_verify),
    (Group.REVIEW, (May.REFERENCE_DATA,), counts.terms_to_code),
    (Group.REVIEW, (May.RAISE_QUERY,), counts.differences_to_settle),
)

SHOWN = {"overdue": attrgetter("is_late"), "due": attrgetter("is_due")}


@dataclass(frozen=True, slots=True)
class GroupOfWork:
    """What waits for a person in one group, most urgent first."""

    group: WorkGroup
    items: list[WorkItem]

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items)


def grouped_work_for(user: User) -> list[GroupOfWork]:
    """The selects do not grow with the participants."""
    by_group: dict[WorkGroup, list[WorkItem]] = {}
    for group, permissions, source in chain(SOURCES, WORK_SOURCES):
        if any(user.may(permission) for permission in permissions):
            by_group.setdefault(group, []).extend(source(user))
    groups = ((group, by_group.get(group)) for group in WorkGroup)
    return [GroupOfWork(group, _by_urgency(items)) for group, items in groups if items]


def work_for(user: User) -> list[WorkItem]:
    return [item for group in grouped_work_for(user) for item in group.items]


def totals(items: list[WorkItem]) -> dict[str, Any]:
    return {
        "all": sum(item.count for item in items),
        "overdue": sum(item.count for item in items if item.is_late),
        "due": sum(item.count for item in items if item.is_due),
    }


def only(show: str, groups: Iterable[GroupOfWork]) -> list[GroupOfWork]:
    """What is overdue, or due, of each group; everything where neither is chosen."""
    is_shown = SHOWN.get(show, bool)
    shown = ((one.group, list(filter(is_shown, one.items))) for one in groups)
    return [GroupOfWork(group, items) for group, items in shown if items]


def _by_urgency(items: Iterable[WorkItem]) -> list[WorkItem]:
    return sorted(items, key=lambda item: (item.urgency, item.due_on or date.max))
