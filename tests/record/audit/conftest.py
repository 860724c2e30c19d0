"""The database as a person at a psql prompt meets it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

Refusal = Callable[..., str]


@pytest.fixture
def refusal() -> Refusal:
    """Run a statement as the runtime role; return the SQLSTATE that refused it."""

    def run(statement: str, *values: Any) -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except DatabaseError as problem:
            return str(problem.__cause__.pgcode)  # type: ignore[union-attr]
        return ""

    return run
