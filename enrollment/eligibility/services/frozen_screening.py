"""Screening values are frozen at randomization; later corrections are reported.

The correction itself goes its usual way, with a reason; here it raises one deviation
and one notice to the principal investigator for each fact, however often it is saved.
Code and arm are out of reach: nothing here writes to the allocation.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from trial_edc.wording import Wording

# The forms on which a correction can touch what was used.
FORMS = ("CNS", "DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST")
CORRECTED, ADDED, STRUCK = "CORRECTED", "ADDED", "STRUCK"
WAS_ADDED = N_("%(form)s%(place)s was added after randomization and decides.")
WAS_STRUCK = N_("%(form)s%(place)s was struck out after randomization.")
WAS_RESTORED = N_("%(form)s%(place)s was restored after randomization and decides.")
WAS_CORRECTED = N_(
    "%(form)s%(place)s, %(item)s: %(before)s was used for randomization and is "
    "corrected to %(after)s."
)
STAND_DIFFERENTLY = N_("Criteria that stand differently now: %(criteria)s.")


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
    text: Wording
    item: str = ""

    @property
    def rule(self) -> str:
        return f"SCREENING-{self.kind} {self.item}".strip()


def report_corrections(saves: Sequence[Saved]) -> None:
    """Of forms that were stored together; each is judged as if no later one were."""
    if not any(map(_may_be_used, saves)):
        return
    last = saves[-1]
    frozen = eligibility_selectors.frozen_of(last.participant)
    if frozen is None:
        return
    for place, saved in enumerate(saves):
        if _may_be_used(saved):
            later = [one.before for one in saves[place + 1 :]]
            casebook = last.casebook.with_form_data(later)
            corrections = list(_corrections_of(frozen, saved, casebook))
            _report(corrections, casebook, by=saved.by, via=saved.via)


def _may_be_used(saved: Saved) -> bool:
    return saved.form.code != "VIT" or saved.form.visit == VisitCode.SCREENING


def _corrections_of(
    frozen: FrozenScreening, saved: Saved, casebook: Casebook
) -> Iterator[Correction]:
    used_values = frozen.values.get(str(saved.form.pk))
    if used_values is not None:
        yield from _corrections(frozen, saved, used_values)
    elif _is_of_screening(frozen, saved.data) and _changes_verdict(
        casebook, saved.data
    ):
        text = Wording(WAS_ADDED, _named(saved.form))
        yield Correction(frozen, saved.form, ADDED, text)


def report_row_change(form: FormInstance, *, by: Actor, via: Source) -> None:
    frozen = eligibility_selectors.frozen_of(form.participant)
    if frozen is None or form.code not in FORMS:
        return
    casebook, text = casebook_of(form.participant), None
    named = _named(form)
    was_used = str(form.pk) in frozen.values
    if form.struck_at and was_used:
        kind, text = STRUCK, Wording(WAS_STRUCK, named)
    elif not form.struck_at and not was_used:
        rows = casebook.rows(form.code)
        data = next(row for row in rows if row.form_id == form.pk)
        if _is_of_screening(frozen, data) and _changes_verdict(casebook, data):
            kind = ADDED
            text = Wording(WAS_RESTORED, named)
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
            after = words(item, now)
        details = {
            **_named(saved.form),
            "item": item.verbose_name,
            "before": before,
            "after": after,
        }
        text = Wording(WAS_CORRECTED, details)
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
    named = _named(form)
    return format_lazy("{}{}", named["form"], named["place"])


def _named(form: FormInstance) -> dict[str, object]:
    design = catalogue.design(form.code)
    row = f" {form.occurrence}" if design.collected.is_log else ""
    return {"form": design.title, "place": f"{row} ({form.code})"}


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
            (correction.text, *changed_states),
            form=correction.form,
            important=casebook.fact("eligibility").verdict != Verdict.ELIGIBLE,
        )
        announce(event, by=by, via=via)
        _notify_investigators(correction, participant)


def _changed_states(frozen: FrozenScreening, casebook: Casebook) -> list[Wording]:
    now = dict(reason.split(":") for reason in states_of(casebook.fact("eligibility")))
    changed = [
        f"{criterion} {state} (used: {frozen.states[criterion]})"
        for criterion, state in now.items()
        if state != frozen.states[criterion]
    ]
    details = {"criteria": ", ".join(changed)}
    return [Wording(STAND_DIFFERENTLY, details)] if changed else []


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
