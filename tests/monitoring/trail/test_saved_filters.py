"""Filters are kept by name, each for the own account."""

import pytest
from django.urls import reverse

from monitoring.models import SavedFilter
from tests.sample_room.people import person

pytestmark = pytest.mark.django_db

TRAIL = reverse("monitoring:trail:entries")
SAVE = reverse("monitoring:trail:save_filter")


@pytest.fixture
def as_(client):
    def signed_in(role):
        client.force_login(person(role))
        return client

    return signed_in


def kept(role):
    filters = SavedFilter.objects.filter(owner=person(role))
    return list(filters.values_list("name", "query"))


@pytest.mark.verifies("AUD-09")
def test_a_filter_is_kept_replaced_and_removed(as_):
    client = as_("MO")
    shown = client.get(TRAIL + "?kind=changed&form=ZZA").context["page"].answer

    answer = client.post(SAVE, {"name": "Corrections", "query": shown})

    assert answer["Location"] == f"{TRAIL}?form=ZZA&kind=changed"
    assert kept("MO") == [("Corrections", "?form=ZZA&kind=changed")]
    link = f'href="{TRAIL}?form=ZZA&amp;kind=changed">Corrections</a>'
    assert link in client.get(TRAIL).content.decode()

    client.post(SAVE, {"name": "Corrections", "query": "?kind=query"})
    assert kept("MO") == [("Corrections", "?kind=query")]

    key = SavedFilter.objects.get().pk
    as_("DM").post(reverse("monitoring:trail:remove_filter", args=[key]))
    assert kept("MO") == [("Corrections", "?kind=query")]

    as_("MO").post(reverse("monitoring:trail:remove_filter", args=[key]))
    assert kept("MO") == []


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 61}, {"name": "a", "query": "?" * 501}]
)
def test_a_filter_without_a_fit_name_is_not_kept(as_, fields):
    answer = as_("MO").post(SAVE, {"query": "?kind=query"} | fields, follow=True)

    assert "Nothing was kept." in answer.content.decode()
    assert kept("MO") == []
