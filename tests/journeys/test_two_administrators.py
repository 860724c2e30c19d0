"""A new address of an account takes two: one proposes, the other approves or refuses.

Its picture is the manual's.
"""

import os

import pytest
from playwright.sync_api import Page, expect

from record.accounts.models import User
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.verifies("ACC-19")
def test_the_second_administrator_approves_one_change_and_refuses_another(
    page: Page, live_server
) -> None:
    first, second = (
        person("AD", username=name, full_name=full, password=PASSWORD)
        for name, full in (("he.yong", "He Yong"), ("zhu.hong", "Zhu Hong"))
    )
    pharmacist = person("UP", username="chen.hao", full_name="Chen Hao")
    coordinator = person("CO", username="li.wei", full_name="Li Wei")
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)

    hand.sign_in(first)
    for account, address in (
        (pharmacist, "chen.hao@hospital.example"),
        (coordinator, "li.wei@elsewhere.example"),
    ):
        hand.open(f"/accounts/users/{account.pk}/")
        page.get_by_label("E-mail", exact=True).fill(address)
        hand.press("Save")
        expect(page.locator(".messages")).to_contain_text("A second person")
    hand.sign_in(second)
    hand.link("changes of accounts wait")
    hand.picture("29-changes-by-two")
    row = page.get_by_role("row")
    hand.click(row.filter(has_text="chen.hao").get_by_role("button", name="Approve"))
    hand.click(row.filter(has_text="li.wei").get_by_role("button", name="Refuse"))

    expect(page.locator("main")).to_contain_text("Nothing waits")
    assert list(User.objects.order_by("username").values_list("email", flat=True)) == [
        "chen.hao@hospital.example",
        "he.yong@example.org",
        "li.wei@example.org",
        "zhu.hong@example.org",
    ]
