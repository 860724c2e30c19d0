"""Keys and clicks, as they are counted for the manual.

What is typed into a field counts as no key, nor does the password; a choice in a list
counts as one click.
"""

from datetime import timedelta

from playwright.sync_api import Locator, expect

from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.casebook.services import form_instances
from tests.journeys.hand import SECONDS, Hand
from tests.people import STAGE
from tests.visits import stage
from trial_edc import dates
from visits.models import Laboratory


class Counter:
    """A hand whose keys and clicks are counted."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.page = hand, hand.page
        self.keys = self.clicks = 0

    def begin(self) -> None:
        self.keys = self.clicks = 0

    @property
    def total(self) -> tuple[int, int]:
        return self.clicks, self.keys

    def key(self, name: str) -> None:
        self.keys += 1
        self.page.keyboard.press(name)

    def key_to_page(self, name: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation(timeout=SECONDS):
            self.key(name)

    def click(self, place: Locator) -> None:
        self.clicks += 1
        place.click()

    def link(self, name: str) -> None:
        self.clicks += 1
        self.hand.link(name)

    def to_page(self, place: Locator) -> None:
        with self.page.expect_navigation(timeout=SECONDS):
            self.click(place)

    def button(self, name: str) -> None:
        self.clicks += 1
        self.hand.press(name)

    def choose(self, label: str, value: str) -> None:
        self.clicks += 1
        self.page.get_by_label(label, exact=True).select_option(value)

    def ask(self, item: str, text: str) -> None:
        """A query on an item of the open form: its mark, the words, the button."""
        label = f"History, queries and verification of {item}"
        self.click(self.page.get_by_role("link", name=label))
        panel = self.page.locator("#side")
        panel.locator("textarea").first.fill(text)
        self.click(panel.get_by_role("button", name="Raise query"))
        expect(panel.get_by_text(text).first).to_be_visible(timeout=SECONDS)


def laboratory() -> Laboratory:
    with attributed(by=STAGE, via=Source.COMMAND):
        return Laboratory.objects.create(code="C", name="Central laboratory")


def creatinines(of: Participant, count: int, place: Laboratory) -> None:
    for number in range(count):
        taken_at = stage.days_ago(9) + timedelta(hours=6 * number)
        local = taken_at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")
        values: dict[str, object] = {
            "sample_at": local,
            "value": (str(100 + number), "umol/L"),
        }
        values |= {"place": "ward", "routine_care": "Y"}
        values |= {"laboratory": place.pk}
        row = form_instances.add_row(of, "CRE", by=STAGE)
        save(row, values, by=STAGE, complete=True)
