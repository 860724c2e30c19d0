"""A tablet at the bedside, and a server that fails it."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Route, expect

from record.accounts.proofs import ReAuthenticated
from record.capture.services.form_status import sign_form
from record.casebook.models import Participant
from tests.journeys.hand import Hand
from tests.journeys.typing import sealed_in
from tests.people import person
from tests.shown import revision
from tests.visits import stage
from tests.visits.infusions.bedside import SIGNS
from trial_edc import clock, dates

TABLET = {"width": 820, "height": 1180}
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
        """What the tablet has stored locally, as anybody at it could read it."""
        return sealed_in(self.page)


def set_value(control: Any, value: str) -> None:
    kind = control.first.evaluate("c => c.type")
    if kind == "radio":
        control.locator(f'xpath=self::*[@value="{value}"]').check()
    elif kind.startswith("select"):
        control.select_option(value)
    else:
        control.fill(value)


def fail(route: Route, status: int) -> None:
    if route.request.method == "POST":
        route.fulfill(status=status, body="")
    else:
        route.continue_()


def allowed(someone: Participant, visit: str = "D0") -> Participant:
    doctor = person("IN", full_name="Zhang Min")
    form = stage.requested(someone, visit)
    sign_form(
        form,
        shown_revision=revision(form),
        proof=ReAuthenticated(doctor.pk, clock.now()),
        by=doctor,
    )
    return someone


def at(minutes: float) -> str:
    """The site time so many minutes ago, as people type it."""
    instant = clock.now() - timedelta(minutes=minutes)
    return instant.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")
