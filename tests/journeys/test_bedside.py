"""Infusions at the bedside, by one or two nurses with tablets on a bad connection."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.capture.services.forms import sign_form
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.visits import stage
from trial_edc import clock, dates
from visits.models import BedsideAct

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TABLET = {"width": 820, "height": 1180}
SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "84",
    "respiratory_rate": "16",
    "spo2_pct": "97",
    "systolic_bp": "120",
    "diastolic_bp": "70",
}
ACTS = "**/infusions/*/*/"
SECONDS = 20_000  # patience, in ms: retries wait up to half of it


class Tablet:
    """One tablet at the bedside."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.page = context, context.new_page()
        self.hand = Hand(self.page, url, takes_pictures=False)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def open(self, someone: Participant, visit: str = "D0") -> None:
        self.hand.open(f"/visits/participants/{someone.number}/infusions/{visit}/")

    def act(self, summary: str, button: str, **typed: str) -> None:
        """Open an act, fill it in and press its button."""
        details = self.page.locator("details:visible").filter(
            has=self.page.locator("summary", has_text=summary)
        )
        if details.first.get_attribute("open") is None:
            details.first.locator("summary").click()
        for name, value in typed.items():
            set_value(details.first.locator(f'[name="{name}"]'), value)
        details.first.get_by_role("button", name=button, exact=True).click()

    def measure(self, **other: str) -> None:
        """Type the vital signs of the time point at hand."""
        for name, value in {**SIGNS, "taken_at": "", **other}.items():
            self.page.locator(f"#measure-{name}").fill(value)
        self.page.get_by_role("button", name="Save this measurement").click()

    def unsent(self, count: int) -> None:
        """Wait until the page counts so many entries as not sent."""
        panel = self.page.locator("#unsent .count")
        if count:
            expect(panel).to_have_text(f"Not yet sent: {count}", timeout=SECONDS)
        else:
            expect(panel).to_have_count(0, timeout=SECONDS)

    def state(self, state: str) -> None:
        """Wait until the infusion stands so."""
        at = self.page.locator("#bedside")
        expect(at).to_have_attribute("data-state", state, timeout=SECONDS)

    def shows(self, point: str, text: str) -> None:
        """Wait until the line of a time point shows a value."""
        row = self.page.locator(f'tr[data-point="{point}"]')
        expect(row).to_contain_text(text, timeout=SECONDS)

    def local_entries(self) -> list[str]:
        """The keys of what the tablet has stored locally."""
        keys: list[str] = self.page.evaluate("Object.keys(localStorage)")
        return keys


def set_value(control: Any, value: str) -> None:
    kind = control.first.evaluate("c => c.type")
    if kind == "radio":
        control.locator(f'xpath=self::*[@value="{value}"]').check()
    elif kind.startswith("select"):
        control.select_option(value)
    else:
        control.fill(value)


@pytest.fixture
def tablets(browser: Browser, live_server) -> Iterator[Any]:
    tablets: list[Tablet] = []

    def take(user: User) -> Tablet:
        tablet = Tablet(browser.new_context(viewport=TABLET), live_server.url)
        tablets.append(tablet)
        tablet.hand.sign_in(user)
        return tablet

    yield take
    for tablet in tablets:
        tablet.context.close()
        assert tablet.problems == []


@pytest.fixture
def nurse() -> User:
    return person("BN", username="liu.fang", full_name="Liu Fang", password=PASSWORD)


@pytest.fixture
def other() -> User:
    return person("CO", username="li.wei", full_name="Li Wei", password=PASSWORD)


def allowed(someone: Participant, visit: str = "D0") -> Participant:
    doctor = person("IN", full_name="Zhang Min")
    form = stage.requested(someone, visit)
    sign_form(form, proof=ReAuthenticated(doctor.pk, clock.now()), by=doctor)
    return someone


def record(someone: Participant, visit: str = "D0") -> dict[str, Any]:
    data = casebook_of(someone).one("INF", visit)
    return dict(data.values) if data else {}


def rows(someone: Participant, code: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in casebook_of(someone).rows(code)]


def at(minutes: float) -> str:
    """The site time so many minutes ago, as people type it."""
    instant = clock.now() - timedelta(minutes=minutes)
    return instant.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")


@pytest.mark.verifies("INF-06", "INF-07", "INF-02")
def test_an_infusion_with_interruption_reaction_and_dropped_connection(tablets, nurse):
    someone = allowed(stage.randomized(ago=0.5))
    tablet = tablets(nurse)
    tablet.open(someone)
    page = tablet.page
    expect(page.locator("#bedside")).to_contain_text("Go, signed")
    tablet.measure()
    tablet.shows("pre", "120/70")
    tablet.act("Start the infusion", "Start now", started_at=at(40))
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
    assert not any(
        "Chills" in page.evaluate(f"localStorage['{n}']")
        for n in tablet.local_entries()
    )

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
    assert lost == [302, 302]
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
    tablet.context.route(ACTS, lambda route: _fail(route, 502))
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


def _fail(route: Route, status: int) -> None:
    if route.request.method == "POST":
        route.fulfill(status=status, body="")
    else:
        route.continue_()


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
    tablet.context.route(ACTS, lambda route: _fail(route, 502))
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
    tablet.act("Start the infusion", "Start now")
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
