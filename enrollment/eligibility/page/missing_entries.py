"""What is still missing for a verdict, each with the field that takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.evidence import (
    exposures,
    screening_data,
    weighing_of,
)
from enrollment.eligibility.page.criterion_basis import ASKED
from enrollment.eligibility.rules import (
    CriterionOutcome,
    FiltrationBasis,
    Immunosuppression,
    Injury,
    MeasurementBasis,
    State,
)
from enrollment.vocabulary import DrugClass
from record.casebook import catalogue
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_, YesNo

URINE_WANTED = {
    "record shorter than needed": N_("12 h of urine without a gap (or a low run)"),
    "a volume is missing": N_("The volume of each urine collection"),
    "collection times overlap": N_("Urine collections whose times do not overlap"),
}


@dataclass(frozen=True, slots=True)
class MissingEntry:
    """One entry that is missing: for which criteria, in words, and where it goes."""

    criteria: tuple[str, ...]
    text: str
    code: str
    form_id: int | None = None
    item: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Return what tells one entry from another, whatever it is wanted for."""
        return self.code, self.form_id, self.item, self.text

    @property
    def place(self) -> str:
        return str(catalogue.design(self.code).title)


def wanted(
    casebook: Casebook,
    outcomes: tuple[CriterionOutcome, ...],
    form_ids: Mapping[str, int],
) -> list[MissingEntry]:
    """Return what is missing, in protocol order, each entry once."""
    found: dict[tuple[object, ...], MissingEntry] = {}
    for outcome in outcomes:
        if outcome.state != State.UNKNOWN:
            continue
        for one in _wanted(casebook, outcome):
            placed = (
                one if one.form_id else replace(one, form_id=form_ids.get(one.code))
            )
            known = found.get(placed.key)
            criteria = (*(known.criteria if known else ()), outcome.criterion)
            found[placed.key] = replace(placed, criteria=criteria)
    return list(found.values())


def _wanted(casebook: Casebook, outcome: CriterionOutcome) -> Iterator[MissingEntry]:
    grounds, criterion = outcome.grounds, outcome.criterion
    judged = screening_data(casebook, "ELG")
    if isinstance(grounds, Injury):
        yield from _injury(casebook, grounds)
    elif isinstance(grounds, Immunosuppression):
        yield from _drugs(casebook, grounds, judged)
    elif isinstance(grounds, FiltrationBasis):
        yield from _filtration(casebook, grounds)
    elif criterion == "I2":
        yield from _ask(casebook.one("DEM"), "DEM", "birth_date")
    elif criterion == "I3":
        yield MissingEntry((), _("The decision on consent"), "CNS")
    elif criterion == "I4":
        yield from _ask(judged, "ELG", "i4_can_comply", "phone_confirmed")
    elif criterion == "E2" and not casebook.value("DEM", "sex"):
        yield from _ask(casebook.one("DEM"), "DEM", "sex")
    elif isinstance(grounds, MeasurementBasis):
        yield from _measured(casebook, criterion, grounds, judged)
    else:
        yield from _ask(judged, "ELG", ASKED[criterion])


def _ask(data: FormData | None, code: str, *items: str) -> Iterator[MissingEntry]:
    """Ask for the items that hold no value, by their labels."""
    design = catalogue.design(code)
    for name in items:
        if data is None or data.get(name) is None:
            label = str(design.items[name].verbose_name)
            yield MissingEntry((), label, code, data.form_id if data else None, name)


def _injury(casebook: Casebook, grounds: Injury) -> Iterator[MissingEntry]:
    if grounds.creatinine.state == State.UNKNOWN:
        text = _("Two creatinine samples with time, at most 48 h apart")
        yield MissingEntry((), text, "CRE")
    if grounds.urine.state != State.UNKNOWN:
        return
    why = grounds.urine.why_unknown
    if why in URINE_WANTED:
        yield MissingEntry((), _(URINE_WANTED[why]), "URI")
        return
    weighed = weighing_of(casebook)
    text = _("The measured weight, for the urine output")
    form_id = weighed.form_id if weighed else None
    yield MissingEntry((), text, "VIT", form_id, "weight_kg")


def _filtration(casebook: Casebook, grounds: FiltrationBasis) -> Iterator[MissingEntry]:
    yield from _ask(casebook.one("DEM"), "DEM", "birth_date", "sex")
    if casebook.fact("consented_on") is None:
        yield MissingEntry((), _("The decision on consent"), "CNS")
    if grounds.baseline.umol_l is None:
        text = _("A creatinine from before the rise, at most 365 days old")
        yield MissingEntry((), text, "CRE")


def _measured(
    casebook: Casebook,
    criterion: str,
    grounds: MeasurementBasis,
    judged: FormData | None,
) -> Iterator[MissingEntry]:
    if criterion == "E11":
        yield from _ask(judged, "ELG", "lvef_pct", "e11_arrhythmia_or_severe")
        return
    if grounds.value is None:
        panel = screening_data(casebook, "LAB", "SCR")
        form_id = panel.form_id if panel else None
        yield MissingEntry(
            (), _("A platelet count with its time"), "LAB", form_id, "platelets"
        )
    yield from _ask(judged, "ELG", "e18_other")


def _drugs(
    casebook: Casebook, grounds: Immunosuppression, judged: FormData | None
) -> Iterator[MissingEntry]:
    taken = exposures(casebook)
    if taken is None:
        yield MissingEntry((), _("Whether such a drug was taken at all"), "IST")
        return
    if grounds.needs_burst_decision:
        yield from _ask(judged, "ELG", "e17_burst_decision")
    for data in taken:
        yield from _of_drug(data)


def _of_drug(data: FormData) -> Iterator[MissingEntry]:
    """Ask for what a row leaves open; a date known in part is asked for again."""
    items = ["drug_class", "route", "start"]
    if data.get("drug_class") != DrugClass.IMMUNOSUPPRESSANT:
        items.append("mg_per_day")
    if data.get("ongoing") != YesNo.YES:
        items.append("stop")
    yield from _ask(data, "IST", *items)
    for name in ("start", "last_dose_change", "switched", "stop"):
        told = data.get(name)
        if told is not None and not told.is_full_date:
            label = catalogue.design("IST").items[name].verbose_name
            text = _("%(item)s to the day") % {"item": label}
            yield MissingEntry((), text, "IST", data.form_id, name)
