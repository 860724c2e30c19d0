"""Corrections of screening values that a randomization used are reported, once."""

from enrollment.eligibility.services import frozen_screening
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.save_hooks import Saved


def report_correction(saved: Saved) -> None:
    frozen_screening.report_corrections(saved)


def report_struck_row(event: RowStruck, by: Actor, via: Source) -> None:
    frozen_screening.report_row_change(event.form, by=by, via=via)
