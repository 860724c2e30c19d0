"""What the views of this room share."""

from collections.abc import Callable

from django.contrib import messages

from randomization.problems import RandomizationRefused
from record.accounts.access import StaffRequest


def run_or_report(request: StaffRequest, action: Callable[[], object]) -> bool:
    try:
        action()
    except RandomizationRefused as problem:
        messages.error(request, str(problem))
        return False
    return True
