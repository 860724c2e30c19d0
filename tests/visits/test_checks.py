"""Each edit check of the visits room has a case that fires and one that does not."""

from itertools import chain

from record.casebook.checks import CHECKS
from tests.visits.deviations import test_checks as deviations
from tests.visits.infusions import test_checks as infusions
from tests.visits.laboratory import test_checks as laboratory
from tests.visits.laboratory import test_contradictory_samples as samples
from tests.visits.logs import test_checks as logs
from tests.visits.logs import test_repeated_rows as repeated_rows
from tests.visits.schedule import test_checks as schedule
from tests.visits.schedule import test_checks_after_end as after_end
from tests.visits.schedule import test_checks_before_birth as before_birth

FEATURES = (
    schedule,
    after_end,
    before_birth,
    laboratory,
    samples,
    logs,
    repeated_rows,
    infusions,
    deviations,
)
FIRES = list(chain.from_iterable(feature.FIRES for feature in FEATURES))
QUIET = list(chain.from_iterable(feature.QUIET for feature in FEATURES))


def test_each_check_of_the_room_is_tried():
    declared = {
        check_id
        for check_id, check in CHECKS.items()
        if check.rule.__module__[:7] == "visits."
    }

    assert {check_id for check_id, _row, _others in FIRES} == declared
    assert {check_id for check_id, _row, _others in QUIET} == declared
