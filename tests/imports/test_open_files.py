"""Before the lock each laboratory file is stored or discarded."""

import pytest

from imports.selectors.open_files import files_before_lock
from imports.services import storing
from tests.imports import stage as imported
from tests.people import person
from tests.visits import stage

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("LCK-02")]


def test_a_file_is_open_until_it_is_stored_or_discarded():
    someone, coordinator = stage.participant(), person("CO", username="importer")
    source = imported.source(person("DM"), person("PI"))
    content = imported.csv(imported.row(someone, days=1, value="120"))
    file = imported.previewed(source, content, by=coordinator)

    ready = [(line.number, line.what) for line in files_before_lock()]
    storing.confirm(file, None, by=coordinator)
    confirmed = len(list(files_before_lock()))
    storing.store_file(file.pk)

    assert ready == [("", f"central-lis #{file.pk}")]
    assert (confirmed, list(files_before_lock())) == (1, [])
