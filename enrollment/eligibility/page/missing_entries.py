"""What is still missing for a verdict, each with the field that takes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.evidence import (
    exposures,
    screening_data,
    weighing_of,
)
from enrollment.eligibility.page.criterion_basis import ANSWER_ITEMS
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

URINE_ENTRIES = {
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
        return self.code, self.form_id, self.item, self.text

    @property
    def place(self) -> str:
        return str(catalogue.design(self.code).title)


def missing_entries(
    casebook: Casebook,
    outcomes: tuple[CriterionOutcome, ...],
    form_ids: Mapping[str, int],
) -> list[MissingEntry]:
    entries: dict[tuple[object, ...], MissingEntry] = {}
    for outcome in outcomes:
        if outcome.state != State.UNKNOWN:
            continue
        for entry in _entries_for(casebook, outcome):
            if not entry.form_id:
                entry = replace(entry, form_id=form_ids.get(entry.code))  # noqa: PLW2901 - the same entry, with its form
            earlier = entries.get(entry.key)
            criteria = (*(earlier.criteria if earlier else ()), outcome.criterion)
            entries[entry.key] = replace(entry, criteria=criteria)
    return list(entries.values())


def _entries_for(
    casebook: Casebook, outcome: CriterionOutcome
) -> Iterator[MissingEntry]:
    basis, criterion = outcome.basis, outcome.criterion
    eligibility_form = screening_data(casebook, "ELG")
    if isinstance(basis, Injury):
        yield from _injury(casebook, basis)
    elif isinstance(basis, Immunosuppression):
        yield from _drugs(casebook, basis, eligibility_form)
    elif isinstance(basis, FiltrationBasis):
        yield from _filtration(casebook, basis)
    elif criterion == "I2":
        yield from _unanswered(casebook.one("DEM"), "DEM", "birth_date")
    elif criterion == "I3":
        yield MissingEntry((), _("The decision on consent"), "CNS")
    elif criterion == "I4":
        yield from _unanswered(
            eligibility_form, "ELG", "i4_can_comply", "phone_confirmed"
        )
    elif criterion == "E2" and not casebook.value("DEM", "sex"):
        yield from _unanswered(casebook.one("DEM"), "DEM", "sex")
    elif isinstance(basis, MeasurementBasis):
        yield from _measured(casebook, criterion, basis, eligibility_form)
    else:
        yield from _unanswered(eligibility_form, "ELG", ANSWER_ITEMS[criterion])


def _unanswered(
    data: FormData | None, code: str, *items: str
) -> Iterator[MissingEntry]:
    design = catalogue.design(code)
    for name in items:
        if data is None or data.get(name) is None:
            label = str(design.items[name].verbose_name)
            yield MissingEntry((), label, code, data.form_id if data else None, name)


def _injury(casebook: Casebook, basis: Injury) -> Iterator[MissingEntry]:
    if basis.creatinine.state == State.UNKNOWN:
        text = _("Two creatinine samples with time, at most 48 h apart")
        yield MissingEntry((), text, "CRE")
    if basis.urine.state != State.UNKNOWN:
        return
    why = basis.urine.why_unknown
    if why in URINE_ENTRIES:
        yield MissingEntry((), _(URINE_ENTRIES[why]), "URI")
        return
    weighing = weighing_of(casebook)
    text = _("The measured weight, for the urine output")
    form_id = weighing.form_id if weighing else None
    yield MissingEntry((), text, "VIT", form_id, "weight_kg")


def _filtration(casebook: Casebook, basis: FiltrationBasis) -> Iterator[MissingEntry]:
    yield from _unanswered(casebook.one("DEM"), "DEM", "birth_date", "sex")
    if casebook.fact("consented_on") is None:
        yield MissingEntry((), _("The decision on consent"), "CNS")
    if basis.baseline.umol_l is None:
        text = _("A creatinine from before the rise, at most 365 days old")
        yield MissingEntry((), text, "CRE")


def _measured(
    casebook: Casebook,
    criterion: str,
    basis: MeasurementBasis,
    eligibility_form: FormData | None,
) -> Iterator[MissingEntry]:
    if criterion == "E11":
        yield from _unanswered(
            eligibility_form, "ELG", "lvef_pct", "e11_arrhythmia_or_severe"
        )
        return
    if basis.value is None:
        panel = screening_data(casebook, "LAB", "SCR")
        form_id = panel.form_id if panel else None
        yield MissingEntry(
            (), _("A platelet count with its time"), "LAB", form_id, "platelets"
        )
    yield from _unanswered(eligibility_form, "ELG", "e18_other")


def _drugs(
    casebook: Casebook, basis: Immunosuppression, eligibility_form: FormData | None
) -> Iterator[MissingEntry]:
    drugs = exposures(casebook)
    if drugs is None:
        yield MissingEntry((), _("Whether such a drug was taken at all"), "IST")
        return
    if basis.needs_burst_decision:
        yield from _unanswered(eligibility_form, "ELG", "e17_burst_decision")
    for data in drugs:
        yield from _drug(data)


def _drug(data: FormData) -> Iterator[MissingEntry]:
    items = ["drug_class", "route", "start"]
    if data.get("drug_class") != DrugClass.IMMUNOSUPPRESSANT:
        items.append("mg_per_day")
    if data.get("ongoing") != YesNo.YES:
        items.append("stop")
    yield from _unanswered(data, "IST", *items)
    for name in ("start", "last_dose_change", "switched", "stop"):
        day = data.get(name)
        if day is not None and not day.is_full_date:
            label = catalogue.design("IST").items[name].verbose_name
            text = _("%(item)s to the day") % {"item": label}
            yield MissingEntry((), text, "IST", data.form_id, name)
