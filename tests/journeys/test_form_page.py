"""What the form page does in the browser beside what the server decides."""

import pytest
from playwright.sync_api import Page, expect

from record.audit.attribution import Source, attributed
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.services.form_instances import ensure_form
from tests.journeys.hand import Hand
from tests.people import PASSWORD, STAGE, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form() -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-001A", sequence=1)
        return ensure_form(participant, "ZZA", visit="ZZZ")


@pytest.fixture
def hand(page: Page, live_server, form: FormInstance) -> Hand:
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(person("CO", password=PASSWORD))
    hand.open(f"/forms/{form.pk}/")
    return hand


def stored(form: FormInstance, item: str) -> object:
    form = FormInstance.objects.get(pk=form.pk)
    return data_of(form, row_of(form)).values[item]


def test_items_follow_the_answer_that_they_hang_on(hand, page):
    reason = page.locator("#row-reason")
    expect(reason).to_be_hidden()

    page.get_by_role("group", name="Interrupted?").get_by_text("Yes").click()
    expect(reason).to_be_visible()
    page.get_by_role("group", name="Interrupted?").get_by_text("No").click()

    expect(reason).to_be_hidden()


def test_keys_move_through_the_items_and_save_a_draft(hand, page, form):
    page.locator("#item-weight_kg").fill("70")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.name")
    page.keyboard.press("Control+s")

    expect(page.get_by_role("status")).to_contain_text(["revision 1"])
    assert focused not in ("weight_kg", "weight_kg__missing")
    assert str(stored(form, "weight_kg")) == "70.0"


def test_now_is_the_site_s_time_and_rows_can_be_added(hand, page, form):
    page.locator("#row-taken_at").get_by_role("button", name="now").click()
    page.locator("#row-pauses").get_by_role("button", name="Add a row").click()
    page.locator('[name="pauses-2-minutes"]').fill("3")
    page.locator('[name="pauses-0-minutes"]').fill("5")
    hand.press("Save draft")

    expect(page.locator(".form-state")).to_contain_text("revision 1")
    assert stored(form, "taken_at") is not None
    assert [row["minutes"] for row in stored(form, "pauses")] == ["5", "3"]


@pytest.mark.verifies("ACC-14")
def test_typing_survives_the_end_of_the_session(hand, page, form):
    page.locator("#item-weight_kg").fill("70")
    with page.expect_response("**/autosave/") as autosaved:
        page.evaluate("document.dispatchEvent(new CustomEvent('session:ending'))")
    assert autosaved.value.ok
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.clear_cookies()
    hand.open(f"/forms/{form.pk}/")

    page.get_by_label("User name").fill("co")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    hand.press("Restore what I typed")

    expect(page.locator("#item-weight_kg")).to_have_value("70")
    hand.press("Save draft")
    expect(page.locator(".form-state")).to_contain_text("revision 1")
    assert str(stored(form, "weight_kg")) == "70.0"


def test_leaving_with_unsaved_typing_is_warned_of(hand, page):
    dialogs: list[str] = []

    def stay(dialog):
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#item-weight_kg").fill("70")
    page.locator("#item-weight_kg").press("Tab")
    page.get_by_role("link", name="Participants").first.click()

    expect(page.locator("#item-weight_kg")).to_have_value("70")
    assert dialogs == ["beforeunload"]


def test_a_bad_value_stays_and_is_reached_from_the_list(hand, page):
    page.locator("#item-weight_kg").fill("7O")
    hand.press("Save draft")

    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("“7O” is not a number.")
    summary.get_by_role("link", name="Weight").click()
    expect(page.locator("#item-weight_kg")).to_have_value("7O")


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (820, "dark")])
def test_no_page_of_entry_breaks_a_rule_of_access(hand, page, width, scheme, form):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    context = page.context.browser.new_context(
        bypass_csp=True,
        storage_state=page.context.storage_state(),
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    tab = context.new_page()
    violations = {}
    for path in ("/", "/participants/", f"/forms/{form.pk}/", "/dashboard/"):
        tab.goto(hand.url + path)
        results = axe.run(tab)
        violations[path] = [
            violation["id"] for violation in results.response["violations"]
        ]
    context.close()

    assert violations == {path: [] for path in violations}
