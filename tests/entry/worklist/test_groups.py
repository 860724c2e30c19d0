"""My work by group: safety and decisions first, then what is late around them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import grouped_work_for, totals, work_for
from randomization.infusion_plan.services import enter_plan
from record.notices.work_items import WorkGroup
from record.review.services import answer_query, raise_query
from tests.people import person
from tests.randomization.stage import colleague
from tests.visits import stage
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
ROW = re.compile(r"<td><a href=\"([^\"]*)\">")
FIRST_OPEN = re.compile(r'id="first-open"></span>\s*<div [^>]*id="row-(\w+)')


@pytest.fixture
def work_of_all_kinds() -> None:
    """An overdue visit, a draft with a query, and a death that waits for a form."""
    someone = stage.infused(1, ago=40)
    form = stage.enter(someone, "VIT", {"weight_kg": "70"}, "D7")
    raise_query(form, "weight_kg", "Sure?", by=colleague("MO"))
    stage.enter(someone, "DTH", {"death_on": stage.days_ago(1).date().isoformat()})


@pytest.mark.usefixtures("work_of_all_kinds")
@pytest.mark.parametrize("role", ["CO", "IN", "PI", "BN", "MO", "DM", "UP", "SO", "AD"])
def test_every_role_has_its_groups_in_the_same_order(role):
    groups = grouped_work_for(colleague(role))

    assert [one.group for one in groups] == sorted(one.group for one in groups)
    assert all(one.items and one.count >= len(one.items) for one in groups)
    for one in groups:
        assert [i.urgency for i in one.items] == sorted(i.urgency for i in one.items)


@pytest.mark.usefixtures("work_of_all_kinds")
def test_what_only_an_investigator_can_do_stands_above_what_is_late():
    enter_plan(PROTOCOL.infusion.precedent, reason="x", by=colleague("SO"))
    groups = [one.group for one in grouped_work_for(colleague("PI"))]

    assert WorkGroup.VISITS in groups
    assert groups.index(WorkGroup.DECISIONS) < groups.index(WorkGroup.VISITS)
    assert {WorkGroup.FORMS, WorkGroup.QUERIES} <= set(groups)


@pytest.mark.usefixtures("work_of_all_kinds")
@pytest.mark.parametrize("show", ["", "overdue", "due"])
def test_a_number_opens_exactly_its_lines(show):
    user, client = person("CO"), Client()
    client.force_login(user)
    items = work_for(user)
    counts = totals(items) | {"": len(items)}

    page = client.get(reverse("entry:my_work"), {"show": show}).content.decode()

    assert len(ROW.findall(page)) == counts[show] > 0
    assert f">{totals(items)['overdue']} overdue" in page


def test_a_filter_that_nothing_passes_says_so():
    form = stage.enter(stage.infused(1, ago=8), "VIT", {"weight_kg": "70"}, "D7")
    monitor, client = person("MO"), Client()
    query = raise_query(form, "weight_kg", "Sure?", by=monitor)
    answer_query(query, "Yes.", by=person("CO"))
    client.force_login(monitor)

    page = client.get(reverse("entry:my_work"), {"show": "overdue"}).content.decode()

    assert ROW.findall(page) == []
    assert "Nothing of this kind waits for you." in page


def test_a_draft_opens_at_its_first_item_without_an_answer():
    someone = stage.infused(1, ago=8)
    form = stage.enter(someone, "VIT", {"weight_kg": "70"}, "D7")
    client = Client()
    client.force_login(person("CO"))
    page = client.get(reverse("entry:my_work")).content.decode()
    address = f"/forms/{form.pk}/#first-open"

    opened = client.get(address.partition("#")[0]).content.decode()
    target = re.search(
        r'id="first-open"></span>\s*<div class="item"[^>]*id="row-(\w+)', opened
    )

    assert address in ROW.findall(page)
    assert target
    assert target[1] != "weight_kg"
