"""Each form is moved by somebody, or has a reason why not."""

import pytest

from entry.move.rules import DECIDES, FIXED
from record.casebook import catalogue

ROOMS = {"enrollment", "randomization", "visits", "safety", "outcomes"}
DECIDES_NOTHING = {"MHX", "CMD"}
# Written by the sponsor or the unblinded staff: the site moves none of them.
OF_OTHERS = {"SPA", "PRD", "DVP"}


@pytest.mark.verifies("AUD-17")
def test_each_form_of_the_trial_is_in_one_of_the_tables():
    codes = [*DECIDES, *FIXED, *OF_OTHERS]

    assert sorted(codes) == sorted(
        code
        for code, design in catalogue.designs().items()
        if design.room
        in {"enrollment", "randomization", "visits", "safety", "outcomes"}
    )
    assert {code for code, what in DECIDES.items() if not what} == DECIDES_NOTHING


def test_no_sealed_form_of_the_product_can_be_moved():
    restricted = {
        code for code, design in catalogue.designs().items() if design.is_restricted
    }

    assert not restricted & set(DECIDES)
