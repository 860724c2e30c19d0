"""A person at the keyboard: signs in, opens pages by links, types into forms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from record.accounts.models import User
from tests.people import PASSWORD

SECONDS = 30_000  # patience, in ms
IMAGES = Path(__file__).parents[2] / "docs" / "manual" / "images"


class Hand:
    """One browser tab, used by one person after the other."""

    def __init__(self, page: Page, url: str, *, takes_pictures: bool) -> None:
        self.page, self.url, self.takes_pictures = page, url, takes_pictures

    def sign_in(self, user: User) -> None:
        """Leave, and come back as somebody else."""
        self.page.context.clear_cookies()
        self.open("/")
        self.page.get_by_label("User name").fill(user.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="My work")).to_be_visible()

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def link(self, name: str, *, exact: bool = False) -> None:
        """Follow a link to another page, and wait until that page is there."""
        link = self.page.get_by_role("link", name=name, exact=exact).first
        with self.page.expect_navigation(timeout=SECONDS):
            link.click()

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).first)

    def click(self, button: Locator) -> None:
        """Send a form, and wait for what the server makes of it."""
        button.click()
        expect(self.page.locator("form[aria-busy]")).to_have_count(0, timeout=SECONDS)
        self.page.wait_for_load_state()

    def picture(self, name: str) -> None:
        """Only where pictures of the manual are wanted."""
        if self.takes_pictures:
            IMAGES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=IMAGES / f"{name}.png")

    def casebook(self, number: str) -> None:
        """Find a participant as people do: / and the number."""
        self.page.locator("#find").fill(number)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".strip-who")).to_contain_text(number)

    def form(self, number: str, code: str, visit: str = "") -> None:
        self.casebook(number)
        if not visit:
            self.page.locator(f'.forms-once a[data-code="{code}"]').click()
        else:
            cell = f'a.cell-link[data-code="{code}"][data-visit="{visit}"]'
            self.page.locator(cell).first.click()
        self.on_form(code)

    def on_form(self, code: str) -> None:
        expect(self.page.locator("h1 small")).to_have_text(code)

    def row(self, number: str, log: str) -> None:
        self.casebook(number)
        self.page.locator(f'.logs a[data-code="{log}"]').click()
        self.click(self.page.get_by_role("button", name="Add a row").first)
        self.on_form(log)

    def enter(self, values: Mapping[str, Any]) -> None:
        """Type values into the form that is open."""
        for name, value in values.items():
            self._enter(name, value)

    def _enter(self, name: str, value: Any) -> None:
        row = self.page.locator(f"#row-{name}")
        if isinstance(value, tuple):
            number, unit = value
            row.locator(f'[name="{name}"]').fill(str(number))
            units = row.locator(f'select[name="{name}__unit"]')
            if units.count():
                units.select_option(unit)
        elif isinstance(value, dict):
            for column, cell in value.items():
                self._set(row.locator(f'[name="{name}-0-{column}"]'), str(cell))
        elif isinstance(value, list):
            for code in value:
                row.locator(f'input[value="{code}"]').check()
        else:
            self._set(row.locator(f'[name="{name}"]'), str(value))

    def _set(self, control: Any, value: str) -> None:
        kind = control.first.evaluate("c => c.type")
        if kind == "radio":
            control.locator(f'xpath=self::*[@value="{value}"]').check()
        elif kind.startswith("select"):
            control.select_option(value)
        else:
            control.fill(value)

    def not_done(self) -> None:
        """Say of whatever is needed and still empty that it was not done."""
        for row in self.page.locator(".item:visible:has(.needed)").all():
            missing = row.locator(".missing-select")
            if missing.count() and self._is_empty(row):
                missing.select_option("ND")

    def _is_empty(self, row: Any) -> bool:
        filled: bool = row.evaluate(
            """row => [...row.querySelectorAll('.item-control > input, '
            + '.item-control > textarea, .item-control > select:not(.unit-select),'
            + '.item-control input[type=radio], .item-control input[type=checkbox]')]
            .some(c => ['radio', 'checkbox'].includes(c.type) ? c.checked
                       : c.type !== 'hidden' && c.value !== '')"""
        )
        return not filled

    def complete(self) -> None:
        """Mark the form complete; explain what is unusual."""
        complete = self.page.locator('button[name="save_as"][value="complete"]')
        self.click(complete)
        questions = self.page.locator('input[name^="explain:"]')
        errors = self.page.locator(".error-summary")
        state = self.page.locator(".form-state", has_text="Complete")
        answer = state.or_(errors).or_(questions)  # a busy machine is late with it
        expect(answer.first).to_be_visible(timeout=SECONDS)
        if questions.count():
            for question in questions.all():
                question.fill("Confirmed in the source.")
            self.click(complete)
        expect(errors, "\n".join(errors.all_inner_texts())).to_have_count(0)
        expect(state).to_be_visible()

    def sign(self, user: User) -> None:
        self.link("Sign…")
        self.confirm(user)
        self.press("Sign")
        expect(self.page.locator(".form-state")).to_contain_text("Signed")

    def confirm(self, user: User) -> None:
        """Give the password, and the name where it is asked."""
        self.page.locator('main input[name="password"]').fill(PASSWORD)
        name = self.page.locator('main input[name="username"]')
        if name.count():
            name.fill(user.username)
