"""Who watches the trial changes no case report form, by whichever address."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from record.accounts.roles import Role
from record.audit.models import Entry
from record.casebook.models import FormInstance, Participant
from tests.architecture.access_table import ACCESS
from tests.people import person
from tests.visits import stage
from visits.infusions.views.actions import ACTIONS

pytestmark = pytest.mark.django_db
FORBIDDEN, NOT_FOUND = 403, 404
WATCHERS = ("MO", "DM", "BR", "UM", "LC", "US", "AD")
EVERYBODY = frozenset(role.value for role in Role)
SITE_ALONE = {
    "entry:add_row", "entry:autosave", "entry:form", "entry:strike", "entry:sign",
    "entry:back_to_draft", "entry:move",
    "enrollment:register", "enrollment:eligibility", "enrollment:rescreen",
    "enrollment:close", "enrollment:identity", "randomization:randomize",
    "randomization:in_error",
    "safety:send", "safety:follow_up",
    "visits:add_unscheduled", "visits:mark_missed", "visits:reopen",
    "visits:bedside", "visits:act",
}  # fmt: skip
TYPED = {
    "save_as": "complete", "based_on": "0", "weight_kg": "70", "value": "80",
    "code": "other", "text": "no reason", "reason": "no reason", "kind": "missed",
    "username": "x", "password": "x", "confirm": "yes", "started_at": "",
}  # fmt: skip


@pytest.fixture
def someone() -> Participant:
    found = stage.infused(ago=10)
    stage.row(found, "CRE", {"value": 90})
    return found


def addresses(someone: Participant) -> dict[str, list[str]]:
    """Return where each page that writes forms is, about this participant."""
    form_data = FormInstance.objects.filter(participant=someone).values_list(
        "pk", "code"
    )
    number = {"number": someone.number}
    visit = {**number, "visit": "D7"}
    arguments: dict[str, list[dict[str, Any]]] = {
        "entry:add_row": [{**number, "code": "CRE"}],
        "enrollment:register": [{}],
        "safety:send": [{"form_id": pk} for pk, _code in form_data][:1],
        "safety:follow_up": [{"form_id": pk} for pk, _code in form_data][:1],
        "visits:mark_missed": [{**visit, "place": 0}],
        "visits:reopen": [{**visit, "place": 0}],
        "visits:bedside": [visit],
        "visits:act": [{**visit, "act": act} for act in ACTIONS],
    }
    for name in SITE_ALONE - set(arguments):
        of_a_sheet = name.startswith("entry:")
        arguments[name] = (
            [{"pk": pk} for pk, _ in form_data] if of_a_sheet else [{**number}]
        )
    return {n: [reverse(n, kwargs=one) for one in arguments[n]] for n in arguments}


@pytest.mark.slow
@pytest.mark.verifies("ACC-05")
@pytest.mark.parametrize("role", WATCHERS)
def test_each_write_of_a_form_is_forbidden_to_whoever_watches(role, someone):
    client = Client()
    client.force_login(person(role))
    client.get("/healthz")
    before = Entry.objects.count()

    answers = {
        (name, client.post(address, TYPED).status_code)
        for name, found in addresses(someone).items()
        for address in found
    }

    assert {(name, FORBIDDEN) for name in SITE_ALONE} <= answers
    assert {status for _name, status in answers} <= {FORBIDDEN, NOT_FOUND}
    assert Entry.objects.count() == before


@pytest.mark.verifies("ACC-04")
def test_administration_and_trial_data_are_apart_on_every_page():
    """The administrators' pages are nobody else's; they open no page with data."""
    own = {name for name, row in ACCESS.items() if row.roles == {"AD"}}
    open_to_all = {name for name, row in ACCESS.items() if row.roles == EVERYBODY}
    administrators = {name for name, row in ACCESS.items() if "AD" in row.roles}

    # Whether messages arrived, without their texts; what the first participant lacks;
    # of the audit trail what concerns no participant.
    technical = {
        "notices:outbox", "randomization:go_live",
        "monitoring:trail:entries", "monitoring:trail:download",
        "monitoring:trail:participant", "monitoring:trail:form",
        "monitoring:trail:item", "monitoring:trail:save_filter",
        "monitoring:trail:remove_filter",
    }  # fmt: skip
    # The principal investigator may be the second person of a change of an account,
    # and reviews who has access.
    shared = {
        "accounts:proposals", "accounts:approve_proposal", "accounts:withdraw_proposal",
        "accounts:access_report", "accounts:review_access", "accounts:download_access",
    }  # fmt: skip

    assert administrators == own | open_to_all | technical | shared
    assert own == {
        "accounts:sessions", "accounts:end_session_of",
        "accounts:users", "accounts:add", "accounts:edit", "accounts:set_role",
        "accounts:deactivate", "accounts:reactivate", "accounts:reset_password",
        "accounts:unlock", "accounts:sign_in_history", "accounts:revoke_second_factor",
        "backup:backups", "notices:clocks",
    }  # fmt: skip
