"""Work that is counted in one line: no line where nothing is to do."""

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["UP", "PN"])
def test_no_infusion_to_prepare_is_no_work(role):
    user, client = person(role), Client()
    client.force_login(user)

    page = client.get(reverse("entry:my_work")).content.decode()

    assert work_for(user) == []
    assert "Infusions to prepare appear here." in page
    assert f'href="{reverse("randomization:preparations")}"' in page
