"""What waits for the second of two persons stands on the second one's work."""

import pytest

from entry.worklist.selectors.work import work_for
from randomization.infusion_plan import services as infusion_plan
from randomization.lists.services import allocation_list
from randomization.study import services as study
from randomization.vocabulary import StudyStatus
from record.accounts.models import User
from tests.randomization import stage
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db


def lines(user: User, *kinds: str) -> list[str]:
    return [item.text for item in work_for(user) if item.kind in kinds]


@pytest.mark.verifies("INF-05")
@pytest.mark.parametrize(("first", "second"), [("PI", "SO"), ("SO", "PI")])
def test_a_plan_waits_for_the_other_of_the_two(first: str, second: str) -> None:
    proposer, approver = stage.colleague(first), stage.colleague(second)
    plan = infusion_plan.enter_plan(
        PROTOCOL.infusion.precedent, reason="x", by=proposer
    )

    waiting = [lines(user, "Infusion plan") for user in (proposer, approver)]
    infusion_plan.approve_plan(plan, by=approver)

    assert waiting == [[], ["A plan waits for your approval"]]
    assert lines(approver, "Infusion plan") == []


def test_a_step_of_the_study_waits_for_the_other_of_the_two() -> None:
    stage.open_study()
    leader, officer = stage.colleague("PI"), stage.colleague("SO")
    study.change_status(StudyStatus.PAUSED_RANDOMIZATION, reason="x", by=leader)

    study.change_status(StudyStatus.OPEN, reason="x", by=officer)

    assert lines(leader, "Study") == ["“Open” waits for your confirmation"]
    assert lines(officer, "Study") == []


def test_a_list_waits_for_its_approver_and_then_for_the_custodian() -> None:
    custodian, approver = stage.colleague("LC"), stage.colleague("US")
    draft = allocation_list.generate_draft(block_sizes=stage.BLOCK_SIZES, by=custodian)
    people = (custodian, approver)

    drawn = [lines(user, "Allocation list") for user in people]
    allocation_list.approve(draft, by=approver)
    approved = [lines(user, "Allocation list") for user in people]
    allocation_list.seal_list(draft, by=custodian)
    sealed = [lines(user, "Allocation list") for user in people]

    assert drawn == [[], ["A list waits for your approval"]]
    assert approved == [["An approved list can be sealed"], []]
    assert sealed == [[], []]
