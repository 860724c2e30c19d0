"""Screening values are frozen at randomisation; what is corrected later is told.

The correction itself goes its usual way, with a reason; here it raises one deviation
and one notice to the principal investigator for each fact, however often it is saved.
Code and arm are out of reach: nothing here writes to the allocation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.facts.as_of_randomization import as_seen
from enrollment.eligibility.facts.deciding_items import plain, states_of
from enrollment.eligibility.rules import Verdict
from enrollment.models import FrozenScreening
from enrollment.problems import EnrollmentRefused
from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Actor, Source, attributed
from record.capture.events import DeviationFound
from record.capture.save_hooks import Saved, announce
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.notices.services import outbox as notices
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode

# The forms on which a correction can touch what was used.
FORMS = ("CNS", "DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST")
CORRECTED, ADDED, STRUCK = "CORRECTED", "ADDED", "STRUCK"


@implements("ELG-FROZEN")
def freeze_screening(
    found: eligibility_selectors.Eligibility, *, by: Actor, via: Source
) -> FrozenScreening:
    """Keep the deciding values as they stand; inside the act of randomising.

    Raises `EnrollmentRefused` where no investigator has confirmed them.
    """
    if found.confirmation is None or not found.confirmation_stands:
        raise EnrollmentRefused(_("No investigator has confirmed eligibility."))
    with attributed(by=by, via=via):
        return FrozenScreening.objects.create(
            participant=found.participant,
            confirmation=found.confirmation,
            told=found.deciding.told,
            digest=found.deciding.digest,
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
        """Return the rule, as the deviation log names it."""
        return f"SCREENING-{self.kind} {self.item}".strip()


def tell_save(saved: Saved) -> None:
    """Tell what a save corrected of the values that a randomisation rests on."""
    if saved.form.code == "VIT" and saved.form.visit != VisitCode.SCREENING:
        return
    frozen = eligibility_selectors.frozen_of(saved.participant)
    if frozen is None:
        return
    kept = frozen.values.get(str(saved.form.pk))
    if kept is not None:
        found = list(_corrected(frozen, saved, kept))
    elif _counts(frozen, saved.data) and _moves(saved.casebook, saved.data):
        text = f"{_named(saved.form)} was added after randomization and decides."
        found = [Correction(frozen, saved.form, ADDED, text)]
    else:
        found = []
    _tell(found, saved.casebook, by=saved.by, via=saved.via)


def tell_row(form: FormInstance, *, by: Actor, via: Source) -> None:
    """Tell that a deciding row was struck out, or one restored that now decides."""
    frozen = eligibility_selectors.frozen_of(form.participant)
    if frozen is None or form.code not in FORMS:
        return
    casebook, text = casebook_of(form.participant), ""
    was_used = str(form.pk) in frozen.values
    if form.struck_at and was_used:
        kind, text = STRUCK, f"{_named(form)} was struck out after randomization."
    elif not form.struck_at and not was_used:
        rows = casebook.rows(form.code)
        data = next(row for row in rows if row.form_id == form.pk)
        if _counts(frozen, data) and _moves(casebook, data):
            kind = ADDED
            text = f"{_named(form)} was restored after randomization and decides."
    if text:
        _tell([Correction(frozen, form, kind, text)], casebook, by=by, via=via)


def _corrected(
    frozen: FrozenScreening, saved: Saved, kept: Mapping[str, Any]
) -> Iterator[Correction]:
    """Find the used values that this save has made other ones.

    A drug stopped after randomisation is news of a later day, not a correction.
    """
    seen = as_seen(saved.data, frozen.at)
    design = catalogue.design(saved.form.code)
    for name in sorted(saved.changed & set(kept)):
        now = saved.data.values.get(name)
        is_news = seen is not None and plain(seen.values.get(name)) != plain(now)
        if plain(now) == kept[name] or is_news:
            continue
        item = design.items[name]
        with override("en"):
            used, found = words(item, saved.before.values.get(name)), words(item, now)
            text = (
                f"{_named(saved.form)}, {item.verbose_name}: {used} was used for "
                f"randomization and is corrected to {found}."
            )
        yield Correction(frozen, saved.form, CORRECTED, text, name)


def _counts(frozen: FrozenScreening, data: FormData) -> bool:
    """Tell whether a finished form tells of the time before randomisation."""
    is_finished = data.code != "IST" or data.status == "complete"
    return is_finished and as_seen(data, frozen.at) is not None


def _moves(casebook: Casebook, data: FormData) -> bool:
    """Tell whether the verdict, a state or the baseline hangs on a form."""
    return _standing(casebook) != _standing(
        casebook.with_data(replace(data, values={}))
    )


def _standing(casebook: Casebook) -> tuple[object, ...]:
    found = casebook.fact("eligibility")
    basis = found.baseline
    return (*states_of(found), basis.source, basis.umol_l)


def _named(form: FormInstance) -> str:
    """Return a form in words, with the number of its row where it has one."""
    design = catalogue.design(form.code)
    with override("en"):
        row = f" {form.occurrence}" if design.collected.is_log else ""
        return f"{design.title}{row} ({form.code})"


def _tell(
    found: list[Correction], casebook: Casebook, *, by: Actor, via: Source
) -> None:
    for one in found:
        standing = _changed_states(one.frozen, casebook)
        participant: Participant = one.form.participant
        event = DeviationFound(
            participant,
            "eligibility",
            one.rule,
            clock.today(),
            f"{one.text} {standing}".strip(),
            form=one.form,
            important=casebook.fact("eligibility").verdict != Verdict.ELIGIBLE,
        )
        announce(event, by=by, via=via)
        _notify(one, participant)


def _changed_states(frozen: FrozenScreening, casebook: Casebook) -> str:
    """Say which criteria stand differently now; nobody is excluded by it."""
    now = dict(told.split(":") for told in states_of(casebook.fact("eligibility")))
    changed = [
        f"{criterion} {state} (used: {frozen.states[criterion]})"
        for criterion, state in now.items()
        if state != frozen.states[criterion]
    ]
    return f"Criteria that stand differently now: {', '.join(changed)}." * bool(changed)


def _notify(one: Correction, participant: Participant) -> None:
    """Tell the principal investigator where to look; values stay in the record."""
    told = {"number": participant.number, "form": _named(one.form)}
    notices.queue(
        occasion="screening_corrected",
        key=f"screening_corrected:{one.form.pk}:{one.rule}",
        to=User.objects.filter(role=Role.PI, is_active=True),
        subject=_("Screening corrected after randomization: %(number)s") % told,
        text=_(
            "A screening value of participant %(number)s that was used for "
            "randomization has been corrected: %(form)s. The randomization stands. "
            "See the deviation log and the frozen screening values."
        )
        % told,
    )
