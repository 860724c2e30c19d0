"""My work of many: the first lines of a kind, and one that counts the others."""

import pytest

from entry.worklist.selectors import visits
from entry.worklist.selectors.work import totals
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("limit", "listed", "more"), [(6, 6, 0), (5, 5, 1)])
def test_what_is_not_listed_is_counted(monkeypatch, limit, listed, more):
    for number in (1, 2, 3):
        stage.randomized(number, ago=3)  # screening and day 0 are overdue
    monkeypatch.setattr(visits, "MAX_PER_KIND", limit)

    items = [item for item in visits.visits_due(person("CO")) if item.is_late]

    one_by_one = [item for item in items if item.participant]
    others = [item.count for item in items if not item.participant]
    assert (len(one_by_one), sum(others)) == (listed, more)
    assert totals(items) == {"all": 6, "overdue": 6, "due": 0}
