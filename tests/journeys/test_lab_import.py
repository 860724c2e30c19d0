"""A laboratory's file with five bad rows: from the register to the report."""

from collections.abc import Iterator

import pytest
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Page, expect

from record.accounts.models import User
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from tests.imports import stage
from tests.journeys.hand import Hand
from tests.people import PASSWORD, STAGE, person
from trial_edc.celery import app
from visits.laboratory.services import register_laboratory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TABLET = {"width": 820, "height": 1180}
COLUMNS = {
    "participant": "subject",
    "analyte": "test",
    "sampled_at": "taken",
    "value": "result",
    "unit": "unit",
}


@pytest.fixture
def hand(page: Page, live_server) -> Hand:
    page.set_viewport_size(TABLET)
    page.on("dialog", lambda dialog: dialog.accept())
    return Hand(page, live_server.url, takes_pictures=False)


@pytest.fixture
def worker() -> Iterator[None]:
    with start_worker(
        app,
        pool="solo",
        queues=("messages", "exports"),
        perform_ping_check=False,
        loglevel="ERROR",
    ):
        yield


@pytest.fixture
def staff() -> dict[str, User]:
    return {role: person(role, password=PASSWORD) for role in ("CO", "DM", "PI")}


def registered(hand: Hand, page: Page, staff: dict[str, User]) -> str:
    """Register a source by two persons, and return its credential."""
    hand.sign_in(staff["DM"])
    hand.open("/imports/sources/")
    page.get_by_label("Code").fill("central-lis")
    page.get_by_label("Name").fill("Central laboratory, LIS")
    page.get_by_label("Laboratory").select_option(label="Central laboratory")
    page.get_by_label("Valid from").fill("2026-01-01")
    hand.press("Register")
    hand.sign_in(staff["PI"])
    hand.open("/imports/sources/central-lis/")
    hand.press("Approve")
    hand.sign_in(staff["DM"])
    hand.open("/imports/sources/central-lis/")
    hand.press("Issue a credential")
    return page.locator("code.credential").inner_text()


def take(hand: Hand, page: Page, credential: str, content: bytes) -> None:
    hand.open("/imports/new/")
    page.locator("#id_source").select_option(index=1)
    page.locator("#id_credential").fill(credential)
    file = {"name": "july.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("#id_file").set_input_files(file)
    hand.press("Take the file")
    expect(page.get_by_role("heading", name="How the file is read")).to_be_visible()


def counts(page: Page) -> str:
    return " ".join(page.locator("main .lead").first.inner_text().split())


def with_five_bad_rows(good: Participant, bad: Participant) -> bytes:
    """A file: unknown participant, bad date, unit, value, conflicting rows."""
    return stage.csv(
        stage.row(good, days=50, value="118"),
        stage.row(good, days=49, value="131"),
        stage.row("S-999Z", days=50, value="100"),
        stage.row(bad, days=0, taken="2026-02-31 08:00", value="100"),
        stage.row(bad, days=48, value="1.2", unit="mol/L"),
        stage.row(bad, days=47, value="99999"),
        stage.row(bad, days=46, value="100"),
        stage.row(bad, days=46, value="104"),
        stage.row(bad, days=45, value="96"),
    )


@pytest.mark.verifies("QRY-08", "ACC-17")
def test_a_file_with_five_bad_rows_is_mapped_previewed_stored_and_reconciled(
    hand, page, worker, staff
):
    register_laboratory("central", "Central laboratory", by=STAGE)
    good, bad = stage.participant(1), stage.participant(2)
    credential = registered(hand, page, staff)
    content = with_five_bad_rows(good, bad)

    # Mapping: columns first, then the words in them.
    hand.sign_in(staff["CO"])
    take(hand, page, credential, content)
    for column, name in COLUMNS.items():
        page.locator(f"[name=column_{column}]").select_option(name)
    page.locator("[name=date_order]").select_option("ymd")
    page.locator("[name=answer_place]").select_option("ward")
    page.locator("[name=answer_routine_care]").select_option("Y")
    hand.press("Keep it and preview the file")
    page.get_by_label("crea", exact=True).select_option("creatinine")
    hand.press("Keep it and preview the file")

    # Preview: nothing is stored yet.
    store = page.get_by_role("button", name="Store 2 rows")
    expect(store).to_be_visible(timeout=20_000)
    summary = "9 rows in the file = 2 new + 0 changed + 0 unchanged + 7 refused"
    assert counts(page) == summary
    assert casebook_of(good).rows("CRE") == ()
    page.get_by_role("link", name="refused 7").click()
    for reason in (
        "S-999Z is not a participant number",
        "is no date in the order that the mapping says",
        "“mol/L” is no unit of this item. Use umol/L, mg/dL.",
        "99999 is impossible here",
        "Says otherwise than line 9",
        "Held back: another line of this participant is refused.",
    ):
        expect(page.get_by_text(reason).first).to_be_visible()

    # Confirm: the good participant is stored, nothing of the bad one.
    page.get_by_label("I read the rows that belong to nobody").check()
    hand.press("Store 2 rows")
    done = page.locator("h1 .pill", has_text="stored")
    expect(done).to_have_text("stored", timeout=20_000)
    assert counts(page) == summary
    values = [str(data.get("value")) for data in casebook_of(good).rows("CRE")]
    assert values == ["118 umol/L", "131 umol/L"]
    assert casebook_of(bad).rows("CRE") == ()
    with page.expect_download() as download:
        page.get_by_role("link", name="Report").first.click()
    report = download.value.path().read_text(encoding="utf-8-sig")
    assert len(report.splitlines()) == 1 + 9
    page.get_by_role("link", name="Creatinine").first.click()
    hand.on_form("CRE")

    # The same file again changes nothing.
    take(hand, page, credential, content)
    hand.press("Keep it and preview the file")
    close = page.get_by_role("button", name="Close the import")
    expect(close).to_be_visible(timeout=20_000)
    assert "0 new + 0 changed + 2 unchanged + 7 refused" in counts(page)
    hand.press("Close the import")
    expect(done).to_have_text("stored", timeout=20_000)
    assert [data.revision for data in casebook_of(good).rows("CRE")] == [1, 1]
