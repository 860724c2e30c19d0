"""The pages of the room, opened or posted to as somebody."""

import re

from django.urls import reverse

from record.accounts.models import User
from tests.people import person

# The name of the trial, on every page, has an arm's code in it.
ARM = re.compile(r"MSC(?!-001)|SALINE")


def page(client, name, *args, user=None, **posted):
    """Open a page, or post to it, as somebody."""
    if user:
        client.force_login(user)
    address = reverse(f"randomization:{name}", args=args)
    return client.post(address, posted) if posted else client.get(address)


def colleague(role, **details):
    return User.objects.filter(role=role).first() or person(role, **details)
