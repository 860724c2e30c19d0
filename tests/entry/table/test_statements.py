"""A table that is saved with many changed rows takes as many statements as with few."""

import pytest

from tests.entry.table.posted import address, new, put, rows_of, stored_row
from tests.entry.test_statement_counts import counted
from tests.visits import stage

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 20
WHY = {"volume_ml__reason": "transcription", "volume_ml__reason_text": "misread"}


@pytest.mark.verifies("AUD-01")
def test_a_table_takes_as_many_statements_for_many_rows_as_for_few(client):
    taken = []
    for number, rows in enumerate((FEW, MANY), 1):
        who = stage.participant(number)
        added = {k: v for n in range(rows) for k, v in new(n, n).items()}
        costs = []
        for volume in (None, "70", "80", "90"):
            typed = added if volume is None else {}
            for form in rows_of(who) if volume else ():
                # The last time, somebody else has changed each row since.
                behind = {"based_on": form.revision - 1} if volume == "90" else {}
                typed |= stored_row(form, volume_ml=volume, **WHY) | put(
                    f"r{form.pk}", behind
                )
            with counted() as statements:
                answer = client.post(address(who), typed)
            costs.append((answer.status_code, len(statements)))
        taken.append(costs)

    assert taken[0] == taken[1]
    assert [status for status, _n in taken[1]] == [302, 302, 302, 409]
