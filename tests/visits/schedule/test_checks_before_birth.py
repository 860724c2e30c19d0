"""Nothing that happens to a person is dated before birth."""

from datetime import date, datetime
from typing import Any

import pytest

from record.casebook import catalogue
from record.casebook.form_data import FormData
from record.casebook.items import Date, PartialDate
from record.casebook.values import Partial
from tests.visits.edit_checks import Cases, data, fired
from trial_edc.dates import SITE_TZ
from visits.facts import LIFE_TIMES
from visits.schedule.checks.before_birth import FIRST_ID, NOT_COMPARED

BORN = data("DEM", birth_date=date(1970, 3, 15))
BEFORE, AFTER = ("1970-03-14", "1970-03-15")


def dated(form: str, item: str, text: str) -> FormData:
    """A form whose item has this date, known in part where the item allows it."""
    kind = catalogue.design(form).items[item]
    value: Any = Partial(text)
    if not isinstance(kind, PartialDate):
        value = Partial(text).earliest
    if not isinstance(kind, PartialDate | Date):
        value = datetime.combine(value, datetime.min.time(), SITE_TZ)
    return data(form, **{item: value}, vital_status="alive")


ITEMS = [
    (f"{form}-{number}", form, item)
    for form, items in LIFE_TIMES.items()
    if form not in NOT_COMPARED
    for number, item in enumerate(items, FIRST_ID)
]
IN_PART = [
    (check_id, form, item)
    for check_id, form, item in ITEMS
    if isinstance(catalogue.design(form).items[item], PartialDate)
]
EARLY, LATE = ({"start": "1969"},), ({"start": "1970"},)
FIRES: Cases = [
    *((check_id, dated(form, item, BEFORE), (BORN,)) for check_id, form, item in ITEMS),
    *(
        (check_id, dated(form, item, "1960"), (BORN,))
        for check_id, form, item in IN_PART
    ),
    ("MHX-43", data("MHX", history=EARLY), (BORN,)),
    *(("DEM-40", BORN, (dated(form, item, BEFORE),)) for _id, form, item in ITEMS),
]
QUIET: Cases = [
    *((check_id, dated(form, item, AFTER), (BORN,)) for check_id, form, item in ITEMS),
    *((check_id, dated(form, item, BEFORE), ()) for check_id, form, item in ITEMS),
    *(
        (check_id, dated(form, item, "1970"), (BORN,))
        for check_id, form, item in IN_PART
    ),
    ("MHX-43", data("MHX", history=LATE), (BORN,)),
    ("MHX-43", data("MHX", history=EARLY), ()),
    *(("DEM-40", BORN, (dated(form, item, AFTER),)) for _id, form, item in ITEMS),
]


@pytest.mark.parametrize(("check_id", "row", "others"), FIRES)
def test_check_finds(check_id, row, others):
    assert fired(check_id, row, others)


@pytest.mark.parametrize(("check_id", "row", "others"), QUIET)
def test_check_keeps_quiet(check_id, row, others):
    assert not fired(check_id, row, others)
