"""Each act that adds something happens once for a page that is sent twice."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from exports.models import Export
from monitoring.models import AuditReview
from randomization.models import AllocationList, CodeBreak, LotRecord
from record.casebook.models import FormInstance, Participant
from record.review.models import Query
from tests.outcomes import course
from tests.people import person
from tests.randomization import stage
from trial_edc import clock, dates
from visits.laboratory.services import register_laboratory
from visits.models import ReferenceRange

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.BASE_DIR) / "templates"
KEY = re.compile(r'name="act_key" value="([^"]*)"')


@dataclass(frozen=True)
class Act:
    """The address to which a page posts, and what it adds."""

    template: str
    role: str
    address: Callable[[], str]
    typed: dict[str, object]
    added: Callable[[], int]
    page: str = ""  # where the form stands, unless at its address


# Templates with a key whose act has a test of its own.
ELSEWHERE = {
    "entry/form/form.html",  # tests/entry/form/test_new_row.py
    "entry/form/query_steps.html",  # tests/entry/form/test_twice.py, like the next
    "record/review/query_line.html",
    "record/review/together.html",  # tests/record/review/test_query_batches.py
    "record/capture/check_runs.html",  # tests/record/capture/test_check_runs.py
    "visits/infusions/act.html",
    "imports/upload.html",  # a file
    "safety/reconciliation/safety_list.html",  # a file: tests/safety/reconciliation
    "record/accounts/access_report.html",  # tests/record/accounts
    "safety/after_lock/late_case_add.html",  # there once the database is locked
}


def now() -> str:
    return f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%dT%H:%M}"


def casebooks_page() -> str:
    course.participant(9)
    return reverse("exports:casebooks")


def panel() -> str:
    form = FormInstance.objects.get(code="DEM")
    return reverse("entry:panel", args=[form.pk, "sex"])


def laboratory() -> str:
    register_laboratory(code="C1", name="Central", by=person("DM", username="dm-1"))
    return reverse("visits:laboratory", args=["C1"])


def code_break() -> dict[str, object]:
    return {
        "number": FormInstance.objects.get(code="DEM").participant.number,
        "at": now(),
        "kind": "accidental",
        "category": "cover",
        "reason": "The bag fell.",
    }


ACTS = [
    Act(
        "entry/form/panel_queries.html",
        "MO",
        panel,
        {"action": "raise", "text": "Which one?"},
        Query.objects.count,
    ),
    Act(
        "record/review/ask.html",
        "MO",
        lambda: reverse("review:ask", args=[Participant.objects.get().number]),
        {"about": "row:AE", "text": "Is one missing?", "priority": "normal"},
        Query.objects.count,
    ),
    Act(
        "monitoring/trail/report.html",
        "MO",
        lambda: reverse("monitoring:trail:review", args=["late"]),
        {"since": "2026-04-01", "until": "2026-04-13", "findings": "None."},
        AuditReview.objects.count,
    ),
    Act(
        "exports/body.html",
        "DM",
        lambda: reverse("exports:exports"),
        {"forms": ["AE"]},
        Export.objects.count,
    ),
    Act(
        "exports/casebooks.html",
        "DM",
        casebooks_page,
        {"participants": ["S-009X"], "language": "en"},
        Export.objects.count,
    ),
    Act(
        "visits/laboratory/laboratory.html",
        "DM",
        laboratory,
        {
            "analyte": "crp",
            "sex": "any",
            "unit": "mg/L",
            "high": "8",
            "valid_from": "2020-01-01",
        },
        ReferenceRange.objects.count,
    ),
    Act(
        "randomization/lists/allocation_lists.html",
        "LC",
        lambda: reverse("randomization:generate"),
        {"block_sizes": "2, 8", "size": "80", "reason": "The first is used up."},
        AllocationList.objects.filter(state="draft").count,
        page="randomization:allocation_lists",
    ),
    Act(
        "randomization/code_breaks/record_code_break.html",
        "CO",
        lambda: reverse("randomization:record_code_break"),
        {},
        CodeBreak.objects.count,
    ),
    Act(
        "randomization/product/lot.html",
        "UP",
        lambda: reverse("randomization:lot", args=[stage.stocked().pk]),
        {"act": "move", "kind": "received", "amount": "5"},
        lambda: len(LotRecord.objects.get().content["movements"]) - 1,
    ),
]


@pytest.fixture
def randomized() -> None:
    stage.open_study()
    stage.randomized_participant()


@pytest.mark.usefixtures("randomized")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.template)
def test_a_page_sent_twice_does_its_act_once_and_says_so(act):
    client, address = Client(), act.address()
    client.force_login(stage.colleague(act.role))
    page = reverse(act.page) if act.page else address
    key = KEY.search(client.get(page).content.decode())
    more = code_break() if act.added == CodeBreak.objects.count else {"at": now()}
    typed = {**act.typed, **more, "act_key": key and key[1]}

    first = client.post(address, typed)
    again = client.post(address, typed, headers={"Referer": page}, follow=True)

    assert (first.status_code, act.added()) == (302, 1)
    assert "That was done already; nothing changed." in again.content.decode()


def test_each_page_that_carries_a_key_is_tried():
    carrying = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if "{% act_key %}" in path.read_text(encoding="utf-8")
    }

    assert carrying == {act.template for act in ACTS} | ELSEWHERE
