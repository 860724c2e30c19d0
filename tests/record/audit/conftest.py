"""The database as a person at a psql prompt meets it."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
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


@pytest.fixture
def superuser() -> Iterator[Callable[..., None]]:
    """Run statements as a superuser whose session fires no triggers."""
    about = connection.get_connection_params()
    try:
        session = psycopg2.connect(
            host=about.get("host"), dbname=about["dbname"], user="postgres"
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
