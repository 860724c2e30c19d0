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
SOURCES: tuple[tuple[WorkGroup, tuple[Permission, ...], WorkSource], ...] = (
    (
        WorkGroup.SAFETY,
        (Permission.ENTER_CRF, Permission.ASSESS_SAFETY),
        serious_events,
    ),
    (WorkGroup.SAFETY, (Permission.ENTER_CRF,), forms.births_to_ask_for),
    (WorkGroup.INFUSIONS, (Permission.ENTER_BEDSIDE,), visits.infusions_to_watch),
    (WorkGroup.INFUSIONS, (Permission.ENTER_PRODUCT,), counts.product_to_prepare),
    (WorkGroup.DECISIONS, (Permission.CONFIRM_ELIGIBILITY,), people.people_to_compare),
    (WorkGroup.DECISIONS, (Permission.JUDGE,), forms.values_to_judge),
    (
        WorkGroup.DECISIONS,
        (Permission.SIGN_FORM, Permission.SIGN_PRODUCT),
        forms.forms_to_sign,
    ),
    (WorkGroup.DECISIONS, (Permission.SIGN_FORM,), signatures.opened_pages),
    (WorkGroup.DECISIONS, (Permission.SIGN_CASEBOOK,), signatures.casebooks),
    (WorkGroup.DECISIONS, (Permission.SIGN_FORM,), signatures.visits),
    (
        WorkGroup.DECISIONS,
        (Permission.MANAGE_USERS, Permission.APPROVE_DELEGATION),
        counts.account_changes,
    ),
    (WorkGroup.DECISIONS, (Permission.PAUSE_STUDY,), second_persons.plans_and_steps),
    (
        WorkGroup.DECISIONS,
        (Permission.LIST_APPROVE,),
        second_persons.lists_for_approval,
    ),
    (
        WorkGroup.DECISIONS,
        (Permission.LIST_GENERATE,),
        second_persons.lists_for_sealing,
    ),
    (WorkGroup.VISITS, (Permission.ENTER_CRF,), visits.consents_to_ask_for),
    (WorkGroup.VISITS, (Permission.ENTER_CRF,), visits.visits_due),
    (WorkGroup.VISITS, (Permission.ENTER_BEDSIDE,), visits.people_to_inform_in_ward),
    (WorkGroup.FORMS, (Permission.ENTER_CRF,), forms.events_to_record),
    (WorkGroup.FORMS, DRAFTERS, forms.forms_missing),
    (WorkGroup.FORMS, DRAFTERS, forms.drafts),
    (WorkGroup.QUERIES, (Permission.ANSWER_QUERY,), forms.queries_to_answer),
    (WorkGroup.QUERIES, (Permission.CLOSE_QUERY,), forms.answers_to_review),
    (WorkGroup.REVIEW, (Permission.VERIFY,), counts.forms_to_verify),
    (WorkGroup.REVIEW, (Permission.REFERENCE_DATA,), counts.terms_to_code),
    (WorkGroup.REVIEW, (Permission.RAISE_QUERY,), counts.differences_to_settle),
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
