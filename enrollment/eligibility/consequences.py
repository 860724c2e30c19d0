"""Screening values change after they were confirmed, or used by a randomization."""

from collections.abc import Sequence

from enrollment.eligibility.services import confirmation, frozen_screening
from record.audit.attribution import Actor, Source
from record.capture.events import FormReturned, RowStruck
from record.capture.save_hooks import Saved


def report_correction(saves: Sequence[Saved]) -> None:
    frozen_screening.report_corrections(saves)


def report_struck_row(event: RowStruck, by: Actor, via: Source) -> None:
    frozen_screening.report_row_change(event.form, by=by, via=via)


def withdraw_confirmation(event: FormReturned, by: Actor, via: Source) -> None:
    del by, via
    confirmation.withdraw_confirmation(event.form)
