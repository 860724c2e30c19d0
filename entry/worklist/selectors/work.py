"""My work: what a person can do today, by permission, most urgent first."""

from datetime import date
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
from record.notices.work_items import WORK_SOURCES, WorkItem, WorkSource

DRAFTERS = (
    Permission.ENTER_CRF,
    Permission.ENTER_BEDSIDE,
    Permission.ASSESS_SAFETY,
)


def work_for(user: User) -> list[WorkItem]:
    """The selects do not grow with the participants."""
    sources: tuple[tuple[tuple[Permission, ...], WorkSource], ...] = (
        ((Permission.ENTER_CRF,), visits.consents_to_ask_for),
        ((Permission.ENTER_CRF,), visits.visits_due),
        ((Permission.ENTER_BEDSIDE,), visits.infusions_to_watch),
        ((Permission.ENTER_BEDSIDE,), visits.people_to_inform_in_ward),
        ((Permission.ENTER_CRF, Permission.ASSESS_SAFETY), serious_events),
        ((Permission.ENTER_CRF,), forms.events_to_record),
        (DRAFTERS, forms.forms_missing),
        ((Permission.ENTER_CRF,), forms.births_to_ask_for),
        (DRAFTERS, forms.drafts),
        ((Permission.ANSWER_QUERY,), forms.queries_to_answer),
        ((Permission.CONFIRM_ELIGIBILITY,), people.people_to_compare),
        ((Permission.SIGN_FORM, Permission.SIGN_PRODUCT), forms.forms_to_sign),
        ((Permission.SIGN_FORM,), signatures.opened_pages),
        ((Permission.SIGN_CASEBOOK,), signatures.casebooks),
        ((Permission.SIGN_FORM,), signatures.visits),
        ((Permission.CLOSE_QUERY,), forms.answers_to_review),
        ((Permission.VERIFY,), counts.forms_to_verify),
        ((Permission.REFERENCE_DATA,), counts.terms_to_code),
        ((Permission.RAISE_QUERY,), counts.differences_to_settle),
        ((Permission.ENTER_PRODUCT,), counts.product_to_prepare),
        (
            (Permission.MANAGE_USERS, Permission.APPROVE_DELEGATION),
            counts.account_changes,
        ),
        ((Permission.PAUSE_STUDY,), second_persons.plans_and_steps),
        ((Permission.LIST_APPROVE,), second_persons.lists_for_approval),
        ((Permission.LIST_GENERATE,), second_persons.lists_for_sealing),
        *WORK_SOURCES,
    )
    items = [
        item
        for permissions, source in sources
        if any(user.may(permission) for permission in permissions)
        for item in source(user)
    ]
    return sorted(items, key=lambda item: (item.urgency, item.due_on or date.max))


def totals(items: list[WorkItem]) -> dict[str, Any]:
    return {
        "all": sum(item.count for item in items),
        "overdue": sum(item.count for item in items if item.is_late),
        "due": sum(item.count for item in items if item.is_due),
    }
