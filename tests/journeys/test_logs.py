"""A log at the width of a tablet: pasted, corrected, edited by keyboard, struck out."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from record.audit.attribution import Reason, Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from tests.journeys.hand import Hand
from tests.people import PASSWORD, STAGE, person
from tests.visits import stage
from trial_edc import dates
from visits.models import Laboratory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASTED = 50


@pytest.fixture
def someone() -> Participant:
    with attributed(by=STAGE, via=Source.COMMAND):
        Laboratory.objects.create(code="C", name="Central laboratory")
    return stage.participant()


@pytest.fixture
def hand(page: Page, live_server, someone: Participant) -> Hand:
    """The hand of a coordinator on the creatinine log, on a tablet."""
    page.set_viewport_size({"width": 820, "height": 1180})
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(person("CO", password=PASSWORD))
    hand.open(f"/participants/{someone.number}/logs/CRE/")
    return hand


def sampled(number: int) -> str:
    """When a sample was taken, as a spreadsheet writes it."""
    at = stage.days_ago(40) + timedelta(hours=12 * number)
    local = at.astimezone(dates.SITE_TZ)
    return f"{local.year}/{local.month}/{local.day} {local:%H:%M}"


def spreadsheet() -> str:
    """50 lines: some in mg/dL, one with a bad date, one a second time."""
    lines = ["采样时间\t肌酐"]
    for number in range(PASTED - 1):
        value = "1.5 mg/dL" if number % 10 == 3 else f"{100 + number} µmol/L"
        at = "8 March" if number == 7 else sampled(number)
        lines.append(f"{at}\t{value}")
    lines.append(f"{sampled(0)}\t100 µmol/L")
    return "\n".join(lines)


def samples(someone: Participant) -> list[FormInstance]:
    forms = FormInstance.objects.filter(participant=someone, code="CRE")
    return list(forms.order_by("occurrence"))


def creatinine(form: FormInstance) -> str:
    form.refresh_from_db()
    return str(data_of(form, row_of(form)).get("value"))


def paste(hand: Hand, text: str) -> None:
    page = hand.page
    page.get_by_text("Paste from a spreadsheet").click()
    page.locator("#pasted-text").fill(text)
    page.locator('[name="fill-place"]').select_option("ward")
    page.locator('[name="fill-laboratory"]').select_option(label="Central laboratory")
    page.locator('[name="fill-routine_care"]').select_option("Y")
    hand.press("Show what it changes")


@pytest.mark.verifies("QRY-08")
def test_fifty_values_are_pasted_corrected_edited_and_struck_out(hand, page, someone):
    paste(hand, spreadsheet())

    summary = page.locator("#preview-summary")
    expect(summary).to_contain_text("Nothing is stored yet.")
    expect(summary).to_contain_text("new 48 lines · unchanged 1 line · refused 1 line")
    expect(page.locator(".error-summary")).to_contain_text("“8 March” is not a date.")
    assert samples(someone) == []

    page.locator('[name="n9-sample_at"]').fill(sampled(7))
    hand.press("Store these rows")
    expect(page.locator("#messages")).to_contain_text("Saved: 49 rows added.")
    expect(page.locator("[data-row^=r]")).to_have_count(49)
    expect(page.locator("#log-table")).to_contain_text("= 132.6 umol/L")

    by_keyboard(page, samples(someone)[1])
    struck = samples(someone)[2]
    page.locator(f'[name="r{struck.pk}-strike"]').check()
    page.locator(f'[name="r{struck.pk}-strike_code"]').select_option("entered_twice")
    page.locator(f'[name="r{struck.pk}-strike_text"]').fill("The same tube.")
    page.keyboard.press("Control+s")

    expect(page.locator("#messages")).to_contain_text(
        "Saved: 1 row changed, 1 row struck out."
    )
    page.reload()
    expect(page.locator("tr.struck")).to_have_count(1)
    forms = samples(someone)
    assert creatinine(forms[1]) == "177 umol/L"
    assert [form.revision for form in forms[:4]] == [1, 2, 1, 1]


def by_keyboard(page: Page, form: FormInstance) -> None:
    """Change a value and say why, without a mouse."""
    page.locator(f'[name="r{form.pk}-sample_at"]').focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("999")
    page.keyboard.press("Escape")
    expect(page.locator(f'[name="r{form.pk}-value"]')).to_have_value("101")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("177")
    expect(page.locator("#table-state")).to_have_text("1 row not saved yet")
    reason = page.locator(f'[name="r{form.pk}-value__reason"]')
    expect(reason).to_be_visible()
    reason.focus()
    page.keyboard.type("Trans")  # the list goes to “Transcription error”
    page.keyboard.press("Tab")
    page.keyboard.type("Misread on the sheet.")


def test_a_new_row_opens_by_itself_and_enter_goes_down(hand, page, someone):
    page.locator('[name="n1-sample_at"]').focus()
    page.keyboard.type(sampled(1))
    expect(page.locator('[name="n2-sample_at"]')).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("118")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.name") == "n2-value"
    hand.press("Save as drafts")
    expect(page.locator("#messages")).to_contain_text("Saved: 1 row added.")
    assert [form.status for form in samples(someone)] == ["draft"]


def test_what_somebody_else_changed_meanwhile_is_chosen_beside_mine(
    hand, page, someone
):
    values = {"sample_at": stage.days_ago(3), "value": "118", "place": "icu"}
    form = stage.row(someone, "CRE", values)
    page.reload()
    page.locator(f'[name="r{form.pk}-value"]').fill("120")
    save(
        form,
        {"value": "125"},
        by=person("IN"),
        via=Source.PAGE,
        reasons={"value": Reason("transcription", "misread")},
    )

    hand.press("Save")

    choice = page.locator(".clash")
    expect(choice).to_contain_text("Keep the other entry: 125 umol/L")
    expect(page.locator(f'[name="r{form.pk}-value"]')).to_have_value("120")
    assert creatinine(form) == "125 umol/L"

    choice.get_by_text("Keep what I entered").click()
    hand.press("Save")
    expect(page.locator("#messages")).to_contain_text("Saved: 1 row changed.")
    assert creatinine(form) == "120 umol/L"


def test_a_table_breaks_no_rule_of_access(hand, page, someone):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    stage.row(someone, "CRE", {"sample_at": stage.days_ago(3), "value": "1600"})
    context = page.context.browser.new_context(
        bypass_csp=True, storage_state=page.context.storage_state()
    )
    tab = context.new_page()
    violations = {}
    for code in ("CRE", "URI", "RRT", "LAB"):
        tab.goto(f"{hand.url}/participants/{someone.number}/logs/{code}/")
        results = axe.run(tab)
        violations[code] = [
            violation["id"] for violation in results.response["violations"]
        ]
    context.close()

    assert violations == {code: [] for code in violations}
