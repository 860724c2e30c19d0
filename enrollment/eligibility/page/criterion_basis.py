"""What decided each criterion, in words, for the eligibility page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.consent.facts.decisions import standing_decision
from enrollment.eligibility.facts.as_of_randomization import as_screened
from enrollment.eligibility.facts.evidence import (
    exposures,
    platelets_of,
    screening_data,
)
from enrollment.eligibility.rules import (
    AgeBasis,
    Baseline,
    CriterionAnswer,
    CriterionOutcome,
    FiltrationBasis,
    Immunosuppression,
    Injury,
    JudgementBasis,
    MeasurementBasis,
    OrganCountBasis,
    State,
)
from enrollment.eligibility.selectors import Eligibility
from enrollment.eligibility.texts import NAMES
from enrollment.vocabulary import ExcludedCause, Organ, OtherTrial, Ventilation
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL
from trial_edc.units import shown
from trial_edc.vocabulary import Codelist

MISSING = "—"
# The form and item that an answer is given in; criteria not here are computed.
ASKED = {
    "I4": "i4_can_comply",
    "E1": "e1_causes",
    "E11": "e11_arrhythmia_or_severe",
    "E13": "nonrenal_failed_organs",
    "E18": "e18_other",
    **{f"E{n}": f"e{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16, 19, 20)},
}
EXHIBITS = {
    "I1": "creatinine",
    "E9": "filtration",
    "E17": "drugs",
    **dict.fromkeys(("E11", "E13", "E18"), "numbers"),
}
WORDED: dict[str, type[Codelist]] = {
    "E1": ExcludedCause,
    "E13": Organ,
    "E19": Ventilation,
    "E20": OtherTrial,
}


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One line of the page: the criterion, what decided it, and where that stands."""

    id: str
    text: str
    state: State
    grounds: str
    form: str
    form_id: int | None
    item: str

    @property
    def short(self) -> str:
        """Return the criterion in a few words (untranslated)."""
        return NAMES[self.id]

    @property
    def exhibit(self) -> str:
        """Return the part of the page that lays out what decides, if one does."""
        return EXHIBITS.get(self.id, "")

    @property
    def rank(self) -> int:
        """Return what comes first: unknown, then against, then the rest."""
        order = (State.UNKNOWN, State.NOT_MET, State.PRESENT)
        return order.index(self.state) if self.state in order else len(order)


def criterion_rows(
    eligibility: Eligibility, form_ids: Mapping[str, int]
) -> list[CriterionRow]:
    """Return the 24 lines, those still to be decided first.

    `form_ids` are the forms of this screening, also those that hold nothing yet.
    """
    outcomes = eligibility.assessment.outcomes
    rows = [_row(eligibility, outcome, form_ids) for outcome in outcomes]
    return sorted(rows, key=lambda row: row.rank)


def _row(
    eligibility: Eligibility, outcome: CriterionOutcome, form_ids: Mapping[str, int]
) -> CriterionRow:
    code, form, item = _place(eligibility, outcome)
    told = _told(outcome, form, item)
    return CriterionRow(
        id=outcome.criterion,
        text=PROTOCOL.criterion(outcome.criterion).text,
        state=outcome.state,
        grounds=told,
        form=code,
        form_id=form.form_id if form else form_ids.get(code),
        item=item,
    )


def _place(
    eligibility: Eligibility, outcome: CriterionOutcome
) -> tuple[str, FormData | None, str]:
    """Return the form, its form and the item in which what decided stands."""
    casebook, criterion = as_screened(eligibility.casebook), outcome.criterion
    judged = screening_data(casebook, "ELG")
    grounds, is_against = outcome.grounds, outcome.state == State.PRESENT
    by_number = isinstance(grounds, MeasurementBasis) and (
        grounds.value is None or (is_against and grounds.answer != CriterionAnswer.YES)
    )
    if criterion == "E17":
        return "IST", next(iter(exposures(casebook) or ()), None), "any_exposure"
    if criterion == "E18" and by_number:
        return "LAB", platelets_of(casebook), "platelets"
    if criterion == "E11" and by_number:
        return "ELG", judged, "lvef_pct"
    if isinstance(grounds, Injury | FiltrationBasis):
        return "CRE", _deciding_sample(casebook, grounds), "value"
    places = {
        "I2": ("DEM", casebook.one("DEM"), "birth_date"),
        "I3": ("CNS", standing_decision(casebook), "decision"),
    }
    return places.get(criterion, ("ELG", judged, ASKED.get(criterion, "")))


def _deciding_sample(
    casebook: Casebook, grounds: Injury | FiltrationBasis
) -> FormData | None:
    """Return the later sample of the rise, or the baseline; else the last row."""
    if isinstance(grounds, FiltrationBasis):
        sample = grounds.baseline.sample
    else:
        limb = grounds.creatinine
        pair = limb.qualifying or limb.steepest
        sample = pair.later if pair else limb.attested_by
    rows = casebook.rows("CRE")
    chosen = (row for row in rows if sample and str(row.form_id) == sample.id)
    return next(chosen, _latest(rows))


def _latest(form_data: Iterable[FormData]) -> FormData | None:
    return max(form_data, key=lambda data: data.occurrence, default=None)


def _told(outcome: CriterionOutcome, form: FormData | None, item: str) -> str:
    grounds = outcome.grounds
    if isinstance(grounds, Injury):
        return injury_told(grounds)
    if isinstance(grounds, AgeBasis):
        return age_told(grounds.age_years)
    if isinstance(grounds, FiltrationBasis):
        return filtration_told(grounds)
    if isinstance(grounds, MeasurementBasis):
        return measured_told(outcome.criterion, grounds)
    if isinstance(grounds, Immunosuppression):
        return immunosuppression_told(grounds)
    return answer_told(outcome, form, item)


def answer_told(outcome: CriterionOutcome, form: FormData | None, item: str) -> str:
    """Return the answers given, in words."""
    value = form.get(item) if form else None
    terms = WORDED.get(outcome.criterion)
    if terms and value:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(_(terms(code).label) for code in codes)
    if isinstance(outcome.grounds, OrganCountBasis) or not isinstance(
        outcome.grounds, JudgementBasis
    ):
        return MISSING
    answer = outcome.grounds.answer
    return _(answer.label) if answer else MISSING


def number(value: Decimal, decimals: int) -> str:
    return f"{shown(value, decimals):f}"


def injury_told(found: Injury) -> str:
    """Tell the rise of creatinine and the urine output."""
    told = []
    if pair := found.creatinine.qualifying or found.creatinine.steepest:
        hours = (pair.later.at - pair.earlier.at).total_seconds() / 3600
        told.append(
            _("%(low)s → %(high)s µmol/L in %(hours)s h: %(ratio)s-fold")
            % {
                "low": number(pair.earlier.umol_l, 0),
                "high": number(pair.later.umol_l, 0),
                "hours": f"{hours:.0f}",
                "ratio": number(pair.ratio, 2),
            }
        )
    else:
        told.append(_("no two samples within 48 h"))
    if (hours_low := found.urine.low_hours) is not None:
        told.append(_("urine low for %(hours)s h") % {"hours": hours_low})
    elif found.urine.why_unknown and found.state == State.UNKNOWN:
        told.append(_("urine: %(why)s") % {"why": _(found.urine.why_unknown)})
    return "; ".join(told)


def age_told(years: int | None) -> str:
    if years is None:
        return _("birth date or consent date missing")
    return _("%(years)s years at consent") % {"years": years}


def baseline_told(baseline: Baseline) -> str:
    if baseline.umol_l is None:
        return _("no baseline creatinine")
    return _("baseline %(value)s µmol/L (%(source)s)") % {
        "value": number(baseline.umol_l, 0),
        "source": _(baseline.source.label).lower(),
    }


def filtration_told(found: FiltrationBasis) -> str:
    if found.egfr is None:
        return baseline_told(found.baseline)
    return _("eGFR %(egfr)s mL/min/1.73 m², %(baseline)s") % {
        "egfr": number(found.egfr, 1),
        "baseline": baseline_told(found.baseline),
    }


def measured_told(criterion: str, found: MeasurementBasis) -> str:
    name, unit = (_("LVEF"), "%") if criterion == "E11" else (_("platelets"), "10⁹/L")
    value = MISSING if found.value is None else f"{found.value.normalize():f} {unit}"
    judged = _(found.answer.label).lower() if found.answer else MISSING
    told = {"name": name, "value": value, "judged": judged}
    return _("%(name)s %(value)s; judged severe: %(judged)s") % told


def immunosuppression_told(found: Immunosuppression) -> str:
    """Tell the drugs with their last changes, and the largest steroid dose."""
    told = [
        _("%(drug)s last changed %(on)s")
        % {"drug": drug.drug, "on": drug.last_change or MISSING}
        for drug in found.drugs
    ]
    steroids = found.steroids
    if steroids and steroids.max_pred:
        told.append(
            _("prednisone equivalent up to %(mg)s mg a day, %(days)s days in a row")
            % {"mg": number(steroids.max_pred, 1), "days": steroids.longest_run_days}
        )
    if found.needs_burst_decision:
        told.append(_("short course: the investigator decides"))
    if not told:
        return MISSING if found.state == State.UNKNOWN else _("no such drug")
    return "; ".join(told)
