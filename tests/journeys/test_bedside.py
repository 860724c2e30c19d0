"""Infusions at the bedside, by one or two nurses with tablets."""

import pytest
from playwright.sync_api import expect

from record.casebook.models import FormInstance
from tests.journeys.tablet import ACTS, SECONDS, allowed, at, fail
from tests.visits import stage
from tests.visits.infusions.bedside import record, rows

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.verifies("INF-06")
def test_two_tablets_overwrite_nothing_and_show_both_values(tablets, nurse, other):
    someone = allowed(stage.randomized(ago=0.5))
    stage.infuse(someone, ago=17 / 1440)
    here, there = tablets(nurse), tablets(other)
    here.open(someone)
    there.open(someone)
    here.context.set_offline(True)
    here.measure(heart_rate="99", taken_at=at(2))
    here.unsent(1)
    there.measure(heart_rate="84", taken_at=at(2))
    there.shows("m15", "84")

    here.context.set_offline(False)

    panel = here.page.locator("#unsent")
    expect(panel).to_contain_text(
        "Not stored: Infusion 1 S-001X · 15 min after the start", timeout=SECONDS
    )
    expect(panel).to_contain_text("99 /min")
    expect(panel).to_contain_text("Li Wei entered 84 /min meanwhile.")
    here.shows("m15", "84")
    assert [row["heart_rate"] for row in rows(someone, "VSI")] == [84]

    panel.get_by_role("button", name="Correct").click()
    form = here.page.locator('.measurement form[data-act="measure"]')
    expect(form).to_contain_text("Nothing was overwritten.")
    assert form.locator("#measure-heart_rate").input_value() == "99"
    form.locator("#measure-why").fill("Counted for a whole minute")
    here.page.get_by_role("button", name="Save this measurement").click()
    here.shows("m15", "99")
    here.unsent(0)
    assert [row["heart_rate"] for row in rows(someone, "VSI")] == [99]


@pytest.mark.verifies("INF-06")
def test_entries_of_one_participant_never_show_as_those_of_another(tablets, nurse):
    mine = allowed(stage.randomized(1, ago=0.5))
    next_door = stage.randomized(2, ago=0.5)
    for someone in (mine, next_door):
        stage.infuse(someone, ago=17 / 1440)
    tablet = tablets(nurse)
    tablet.open(mine)
    tablet.context.route(ACTS, lambda route: fail(route, 502))
    tablet.measure(diastolic_bp="130", taken_at=at(2))
    tablet.unsent(1)
    tablet.act("Reaction", "Save the reaction", term="Rash", grade="1", serious="N",
               action_infusion="none", outcome="recovered")  # fmt: skip
    tablet.unsent(2)

    tablet.context.unroute(ACTS)
    tablet.open(next_door)

    tablet.unsent(0)
    panel = tablet.page.locator("#unsent")
    refused = f"Not stored: Infusion 1 {mine.number} · 15 min after the start"
    expect(panel).to_contain_text(refused, timeout=SECONDS)
    expect(panel.get_by_role("button", name="Correct")).to_have_count(0)
    expect(tablet.page.locator("h1")).to_have_text(f"Infusion 1 {next_door.number}")
    expect(tablet.page.locator("#reactions")).to_have_count(0)
    assert [event["term"] for event in rows(mine, "AE")] == ["Rash"]
    assert rows(next_door, "AE") == rows(next_door, "VSI") == []
    panel.get_by_role("link", name=mine.number).click()
    expect(tablet.page.locator("h1")).to_contain_text(mine.number)
    panel.get_by_role("button", name="Correct").click()
    measured = tablet.page.locator("#measure-diastolic_bp")
    expect(measured).to_have_value("130", timeout=SECONDS)


def test_infusion_2_shows_the_stop_rule_and_what_happens_is_stored(tablets, nurse):
    someone = stage.infused(ago=7)
    event = {"term": "Rigor", "infusion_reaction": "Y", "infusion_number": "1"}
    stage.row(someone, "AE", {**event, "grade": "3", "onset": stage.days_ago(7)})
    tablet = tablets(nurse)

    tablet.open(someone, "D7")

    panel = tablet.page.locator("#bedside")
    expect(panel).to_contain_text("Infusion 2 must not be given")
    expect(panel).to_contain_text("Grade 3 or higher reaction to infusion 1")
    expect(
        tablet.page.get_by_role("link", name="Open the event: Rigor")
    ).to_be_visible()
    against = {"start_reason": "given before the reaction was known"}
    tablet.act("Start all the same", "Start all the same", **against)
    tablet.state("running")
    assert record(someone, "D7")["given"] == "given"
    rules = [rule.split()[0] for rule in stage.rules_broken(someone)]
    assert "INFUSION-AGAINST-STOP-RULE" in rules


def test_every_target_of_the_page_is_large_enough_for_a_finger(tablets, nurse):
    someone = allowed(stage.randomized(ago=0.5))
    stage.infuse(someone, ago=17 / 1440)
    tablet = tablets(nurse)
    tablet.open(someone)
    script = """() => [...document.querySelectorAll(
        '#bedside :is(button, summary, select, .btn, input:not([type=hidden]))')]
        .filter(c => c.offsetParent && !/radio|checkbox/.test(c.type))
        .map(c => [c.name || c.innerText, c.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""

    overflowing = {}
    for width in (820, 390):
        tablet.page.set_viewport_size({"width": width, "height": 844})
        overflowing[width] = tablet.page.evaluate(script)
        wide = tablet.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width

    assert overflowing == {820: [], 390: []}
    assert FormInstance.objects.filter(code="VSI", revision__gt=0).count() == 0
