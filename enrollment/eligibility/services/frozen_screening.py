"""Screening values are frozen at randomization; later corrections are reported.

The correction itself goes its usual way, with a reason; here it raises one deviation
and one notice to the principal investigator for each fact, however often it is saved.
Code and arm are out of reach: nothing here writes to the allocation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.facts.as_of_randomization import form_data_as_of
from enrollment.eligibility.facts.deciding_items import json_value, states_of
from enrollment.eligibility.rules import Verdict
from enrollment.models import FrozenScreening
from enrollment.problems import EnrollmentRefused
from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Actor, Source, attributed
from record.audit.events import announce
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.notices.services import outbox as notices
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, VisitCode

# The forms on which a correction can touch what was used.
FORMS = ("CNS", "DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST")
CORRECTED, ADDED, STRUCK = "CORRECTED", "ADDED", "STRUCK"


@implements("ELG-FROZEN")
def freeze_screening(
    eligibility: eligibility_selectors.Eligibility, *, by: Actor, via: Source
) -> FrozenScreening:
    """Freeze the deciding values as part of a randomization.

    Raises `EnrollmentRefused` where no investigator has confirmed them.
    """
    if eligibility.confirmation is None or not eligibility.confirmation_stands:
        raise EnrollmentRefused(_("No investigator has confirmed eligibility."))
    with attributed(by=by, via=via):
        return FrozenScreening.objects.create(
            participant=eligibility.participant,
            confirmation=eligibility.confirmation,
            text=eligibility.deciding_items.text,
            digest=eligibility.deciding_items.digest,
        )


@dataclass(frozen=True)
class Correction:
    """One fact of the screening that is no longer as it was used."""

    frozen: FrozenScreening
    form: FormInstance
    kind: str
    text: str
    item: str = ""

    @property
    def rule(self) -> str:
        return f"SCREENING-{self.kind} {self.item}".strip()


def report_corrections(saved: Saved) -> None:
    if saved.form.code == "VIT" and saved.form.visit != VisitCode.SCREENING:
        return
    frozen = eligibility_selectors.frozen_of(saved.participant)
    if frozen is None:
        return
    used_values = frozen.values.get(str(saved.form.pk))
    if used_values is not None:
        corrections = list(_corrections(frozen, saved, used_values))
    elif _is_of_screening(frozen, saved.data) and _changes_verdict(
        saved.casebook, saved.data
    ):
        text = f"{_form_name(saved.form)} was added after randomization and decides."
        corrections = [Correction(frozen, saved.form, ADDED, text)]
    else:
        corrections = []
    _report(corrections, saved.casebook, by=saved.by, via=saved.via)


def report_row_change(form: FormInstance, *, by: Actor, via: Source) -> None:
    frozen = eligibility_selectors.frozen_of(form.participant)
    if frozen is None or form.code not in FORMS:
        return
    casebook, text = casebook_of(form.participant), ""
    was_used = str(form.pk) in frozen.values
    if form.struck_at and was_used:
        kind, text = STRUCK, f"{_form_name(form)} was struck out after randomization."
    elif not form.struck_at and not was_used:
        rows = casebook.rows(form.code)
        data = next(row for row in rows if row.form_id == form.pk)
        if _is_of_screening(frozen, data) and _changes_verdict(casebook, data):
            kind = ADDED
            text = f"{_form_name(form)} was restored after randomization and decides."
    if text:
        _report([Correction(frozen, form, kind, text)], casebook, by=by, via=via)


def _corrections(
    frozen: FrozenScreening, saved: Saved, used_values: Mapping[str, Any]
) -> Iterator[Correction]:
    """Used values that this save has changed.

    A drug stopped after randomization is an event of a later day, no correction.
    """
    data_then = form_data_as_of(saved.data, frozen.at)
    design = catalogue.design(saved.form.code)
    for name in sorted(saved.changed & set(used_values)):
        now = saved.data.values.get(name)
        then = data_then.values.get(name) if data_then else now
        happened_later = json_value(then) != json_value(now)
        if json_value(now) == used_values[name] or happened_later:
            continue
        item = design.items[name]
        with override("en"):
            before = words(item, saved.before.values.get(name))
            text = (
                f"{_form_name(saved.form)}, {item.verbose_name}: {before} was used for "
                f"randomization and is corrected to {words(item, now)}."
            )
        yield Correction(frozen, saved.form, CORRECTED, text, name)


def _is_of_screening(frozen: FrozenScreening, data: FormData) -> bool:
    is_finished = data.code != "IST" or data.status == "complete"
    return is_finished and form_data_as_of(data, frozen.at) is not None


def _changes_verdict(casebook: Casebook, data: FormData) -> bool:
    return _verdict_state(casebook) != _verdict_state(
        casebook.with_data(replace(data, values={}))
    )


def _verdict_state(casebook: Casebook) -> tuple[object, ...]:
    assessment = casebook.fact("eligibility")
    baseline = assessment.baseline
    return (*states_of(assessment), baseline.source, baseline.umol_l)


def _form_name(form: FormInstance) -> object:
    """Say it in the language of whoever reads it."""
    design = catalogue.design(form.code)
    row = f" {form.occurrence}" if design.collected.is_log else ""
    return format_lazy("{}{} ({})", design.title, row, form.code)


def _report(
    corrections: list[Correction], casebook: Casebook, *, by: Actor, via: Source
) -> None:
    for correction in corrections:
        changed_states = _changed_states(correction.frozen, casebook)
        participant: Participant = correction.form.participant
        event = DeviationFound(
            participant,
            "eligibility",
            correction.rule,
            clock.today(),
            f"{correction.text} {changed_states}".strip(),
            form=correction.form,
            important=casebook.fact("eligibility").verdict != Verdict.ELIGIBLE,
        )
        announce(event, by=by, via=via)
        _notify_investigators(correction, participant)


def _changed_states(frozen: FrozenScreening, casebook: Casebook) -> str:
    now = dict(reason.split(":") for reason in states_of(casebook.fact("eligibility")))
    changed = [
        f"{criterion} {state} (used: {frozen.states[criterion]})"
        for criterion, state in now.items()
        if state != frozen.states[criterion]
    ]
    return f"Criteria that stand differently now: {', '.join(changed)}." * bool(changed)


def _notify_investigators(correction: Correction, participant: Participant) -> None:
    """The notice names the form, never a value."""
    details = {"number": participant.number, "form": _form_name(correction.form)}
    notices.queue(
        occasion="screening_corrected",
        key=f"screening_corrected:{correction.form.pk}:{correction.rule}",
        to=User.objects.filter(role=Role.PI, is_active=True),
        subject=N_("Screening corrected after randomization: %(number)s"),
        text=N_(
            "A screening value of participant %(number)s that was used for "
            "randomization has been corrected: %(form)s. The randomization stands. "
            "See the deviation log and the frozen screening values."
        ),
        details=details,
    )
