"""A participant is found in each list by the number, however it is typed."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from record.notices.filters import MessageFilters
from record.notices.models import Message
from record.review.filters import QueryFilters
from record.review.models import Query
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["Ｓ－００１", "s–001", "\u200bS-001\u3000", "S- 001", "s001", "S 001"]
)
@pytest.mark.parametrize(
    ("filters", "model", "name"),
    [(QueryFilters, Query, "participant"), (MessageFilters, Message, "number")],
)
def test_a_number_narrows_a_list_however_it_is_typed(filters, model, name, typed):
    request = RequestFactory().get("/")
    request.user, request.GET = person("CO"), QueryDict(mutable=True)
    request.GET[name] = typed

    with CaptureQueriesContext(connection) as statements:
        list(filters(request, model.objects.all()).qs)

    sql = " ".join(statement["sql"] for statement in statements)
    assert "REPLACE" in sql
    assert "S001" in sql
