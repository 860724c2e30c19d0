"""A listing without a row."""

from django.test import Client
from django.urls import reverse

from monitoring.listings.selectors.listings import LISTINGS
from monitoring.listings.selectors.results import listing_result
from tests.people import person


def test_empty_listing_says_what_to_do(db: None) -> None:
    user = person("PI")
    client_of_role = Client()
    client_of_role.force_login(user)

    assert (
        "No row fits"
        in client_of_role.get(
            reverse("monitoring:listing", args=["events"])
        ).content.decode()
    )
    assert listing_result(LISTINGS[0], user, {}).total == 0
