"""What the tests of several rooms of the record need."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connection


@pytest.fixture
def superuser() -> Iterator[Callable[..., None]]:
    """Run statements as a superuser whose session fires no triggers."""
    parameters = connection.get_connection_params()
    try:
        session = psycopg2.connect(
            host=parameters.get("host"), dbname=parameters["dbname"], user="postgres"
        )
    except psycopg2.OperationalError:
        pytest.skip("no superuser on this server")
    session.autocommit = True

    def run(statement: str, *values: Any) -> None:
        with session.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)

    yield run
    session.close()
