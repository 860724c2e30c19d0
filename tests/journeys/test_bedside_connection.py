"""A tablet on a bad connection: nothing is lost, nothing stored twice."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.tablet import ACTS, SECONDS, allowed, at, fail
from tests.people import PASSWORD
from tests.randomization.stage import planned_infusion
from tests.visits import stage
from tests.visits.infusions.bedside import record, rows
from visits.models import BedsideAct

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.verifies("INF-06", "INF-07", "INF-02")
def test_an_infusion_with_interruption_reaction_and_dropped_connection(tablets, nurse):
    planned_infusion()
    someone = allowed(stage.randomized(ago=0.5))
    tablet = tablets(nurse)
    tablet.open(someone)
    page = tablet.page
    expect(page.locator("#bedside")).to_contain_text("Go, signed")
    tablet.measure()
    tablet.shows("pre", "120/70")
    against = {"started_at": at(40), "start_reason": "the bag came with the runner"}
    tablet.act("Start all the same", "Start all the same", **against)
    tablet.state("running")

    tablet.context.set_offline(True)
    tablet.act("Interrupt", "Interrupt now", from_at=at(22), reason="Chills")
    tablet.state("interrupted")
    tablet.unsent(1)
    reaction = {
        "term": "Chills",
        "onset": at(23),
        "grade": "2",
        "serious": "N",
        "action_infusion": "interrupted",
        "outcome": "recovered",
    }
    tablet.act("Reaction", "Save the reaction", **reaction)
    tablet.unsent(2)
    tablet.act("Resume the infusion", "Resume now", to_at=at(15))
    tablet.state("running")
    tablet.unsent(3)
    assert rows(someone, "AE") == []
    entries = tablet.local_entries()
    assert len(entries) == 3
    assert not any("Chills" in entry for entry in entries)

    tablet.context.set_offline(False)
    tablet.unsent(0)
    assert tablet.local_entries() == []
    tablet.act("Stop the infusion", "Stop now", stopped_at="")
    tablet.state("stopped")
    page.locator("#record-volume_ml").fill("100")
    page.locator('.record button[value="draft"]').click()
    expect(page.locator(".facts")).to_contain_text("Share of the planned volume")

    infusion = record(someone)
    minutes = (infusion["stopped_at"] - infusion["started_at"]) / timedelta(minutes=1)
    panel = page.locator(".facts").inner_text()
    assert f"Duration\n{minutes:.0f} min" in panel
    assert f"Mean rate\n{100 / minutes:.2f} mL/min" in panel
    assert "Share of the planned volume\n100 %" in panel
    (pause,) = infusion["interruptions"]
    assert pause["reason"] == "Chills"
    (event,) = rows(someone, "AE")
    named = ("term", "grade", "infusion_reaction", "infusion_number", "outcome")
    assert [event[name] for name in named] == ["Chills", "2", "Y", "1", "recovered"]
    expect(page.locator("#bedside")).to_contain_text("17 min after the start")
    acts = [act.act for act in BedsideAct.objects.all()]
    assert acts == [
        *("measure", "start", "interrupt", "reaction", "resume", "stop", "record"),
    ]


@pytest.mark.verifies("INF-06")
def test_a_server_that_answers_after_the_tablet_gave_up_stores_once(tablets, nurse):
    someone = allowed(stage.randomized(ago=0.5))
    stage.infuse(someone, ago=17 / 1440)
    tablet = tablets(nurse)
    tablet.open(someone)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort("timedout")
        else:
            route.continue_()

    tablet.context.route(ACTS, lose)
    tablet.act("Reaction", "Save the reaction", term="Fever", grade="1", serious="N",
               action_infusion="none", outcome="recovering")  # fmt: skip
    tablet.unsent(1)
    expect(tablet.page.locator("#reactions")).to_be_visible(timeout=SECONDS)

    tablet.unsent(0)
    assert lost == [204, 204]
    assert [event["term"] for event in rows(someone, "AE")] == ["Fever"]
    assert [act.act for act in BedsideAct.objects.all()] == ["reaction"]


@pytest.mark.verifies("INF-06")
def test_what_waits_survives_a_reload_and_another_person_at_the_tablet(
    tablets, nurse, other
):
    someone = allowed(stage.randomized(ago=0.5))
    stage.infuse(someone, ago=17 / 1440)
    tablet = tablets(nurse)
    tablet.open(someone)
    tablet.context.route(ACTS, lambda route: fail(route, 502))
    tablet.measure(heart_rate="91", taken_at=at(2))
    tablet.unsent(1)
    tablet.page.reload()
    tablet.unsent(1)

    tablet.hand.sign_in(other)
    tablet.context.unroute(ACTS)
    tablet.open(someone)
    waits = "Entries of somebody else wait on this tablet: 1."
    expect(tablet.page.locator("#unsent")).to_contain_text(waits)
    expect(tablet.page.locator("#unsent")).not_to_contain_text("91")
    assert rows(someone, "VSI") == []

    tablet.hand.sign_in(nurse)
    tablet.open(someone)
    expect(tablet.page.locator('tr[data-point="m15"]')).to_contain_text(
        "91", timeout=SECONDS
    )
    tablet.unsent(0)
    (row,) = rows(someone, "VSI")
    assert (row["heart_rate"], row["time_point"]) == (91, "m15")
    assert BedsideAct.objects.get().author == nurse
    assert tablet.local_entries() == []


@pytest.mark.verifies("INF-06")
def test_a_session_that_ended_keeps_what_was_not_sent(tablets, nurse):
    someone = allowed(stage.randomized(ago=0.5))
    stage.infuse(someone, ago=17 / 1440)
    tablet = tablets(nurse)
    tablet.open(someone)
    tablet.context.clear_cookies()
    tablet.measure(taken_at=at(2))
    panel = tablet.page.locator("#unsent")
    expect(panel).to_contain_text("You are signed out. What was not sent is kept.")

    panel.get_by_role("link", name="Sign in").click()
    tablet.page.get_by_label("User name").fill(nurse.username)
    tablet.page.get_by_label("Password").fill(PASSWORD)
    tablet.page.get_by_role("button", name="Sign in").click()

    expect(tablet.page.locator('tr[data-point="m15"]')).to_contain_text(
        "120/70", timeout=SECONDS
    )
    tablet.unsent(0)
    assert len(rows(someone, "VSI")) == 1
