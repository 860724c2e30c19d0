"""What decided each criterion, in words, for the eligibility page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from enrollment.consent.facts.decisions import latest_decision
from enrollment.eligibility.facts.as_of_randomization import as_of_randomization
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
    Sample,
    State,
)
from enrollment.eligibility.selectors import Eligibility
from enrollment.eligibility.texts import NAMES
from enrollment.vocabulary import ExcludedCause, Organ, OtherTrial, Ventilation
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL
from trial_edc.units import rounded
from trial_edc.vocabulary import Codelist

MISSING = "—"
# The form and item that an answer is given in; criteria not here are computed.
ANSWER_ITEMS = {
    "I4": "i4_can_comply",
    "E1": "e1_causes",
    "E11": "e11_arrhythmia_or_severe",
    "E13": "nonrenal_failed_organs",
    "E18": "e18_other",
    **{f"E{n}": f"e{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 16, 19, 20)},
}
SECTIONS = {
    "I1": "creatinine",
    "E9": "filtration",
    "E17": "drugs",
    **dict.fromkeys(("E11", "E13", "E18"), "numbers"),
}
CODELISTS: dict[str, type[Codelist]] = {
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
    basis: str
    form: str
    form_id: int | None
    item: str

    @property
    def short(self) -> str:
        return NAMES[self.id]

    @property
    def has_basis(self) -> bool:
        return self.basis != MISSING

    @property
    def section(self) -> str:
        return SECTIONS.get(self.id, "")

    @property
    def rank(self) -> int:
        order = (State.UNKNOWN, State.NOT_MET, State.PRESENT)
        return order.index(self.state) if self.state in order else len(order)


def criterion_rows(
    eligibility: Eligibility, form_ids: Mapping[str, int]
) -> list[CriterionRow]:
    outcomes = eligibility.assessment.outcomes
    rows = [_row(eligibility, outcome, form_ids) for outcome in outcomes]
    return sorted(rows, key=lambda row: row.rank)


def _row(
    eligibility: Eligibility, outcome: CriterionOutcome, form_ids: Mapping[str, int]
) -> CriterionRow:
    code, form, item = _deciding_item(eligibility, outcome)
    basis_text = _basis_text(outcome, form, item)
    return CriterionRow(
        id=outcome.criterion,
        text=PROTOCOL.criterion(outcome.criterion).text,
        state=outcome.state,
        basis=basis_text,
        form=code,
        form_id=form.form_id if form else form_ids.get(code),
        item=item,
    )


def _deciding_item(
    eligibility: Eligibility, outcome: CriterionOutcome
) -> tuple[str, FormData | None, str]:
    casebook, criterion = as_of_randomization(eligibility.casebook), outcome.criterion
    eligibility_form = screening_data(casebook, "ELG")
    basis, is_against = outcome.basis, outcome.state == State.PRESENT
    by_number = isinstance(basis, MeasurementBasis) and (
        basis.value is None or (is_against and basis.answer != CriterionAnswer.YES)
    )
    if criterion == "E17":
        return "IST", next(iter(exposures(casebook) or ()), None), "any_exposure"
    if criterion == "E18" and by_number:
        return "LAB", platelets_of(casebook), "platelets"
    if criterion == "E11" and by_number:
        return "ELG", eligibility_form, "lvef_pct"
    if isinstance(basis, Injury | FiltrationBasis):
        return "CRE", _deciding_sample(casebook, basis), "value"
    places = {
        "I2": ("DEM", casebook.one("DEM"), "birth_date"),
        "I3": ("CNS", latest_decision(casebook), "decision"),
    }
    return places.get(
        criterion, ("ELG", eligibility_form, ANSWER_ITEMS.get(criterion, ""))
    )


def _deciding_sample(
    casebook: Casebook, basis: Injury | FiltrationBasis
) -> FormData | None:
    if isinstance(basis, FiltrationBasis):
        sample = basis.baseline.sample or basis.baseline.limit
    else:
        limb = basis.creatinine
        pair = limb.qualifying or limb.steepest
        sample = pair.later if pair else limb.attested_by
    rows = casebook.rows("CRE")
    matches = (row for row in rows if sample and str(row.form_id) == sample.id)
    return next(matches, _latest(rows))


def _latest(form_data: Iterable[FormData]) -> FormData | None:
    return max(form_data, key=lambda data: data.occurrence, default=None)


def _basis_text(outcome: CriterionOutcome, form: FormData | None, item: str) -> str:
    basis = outcome.basis
    if isinstance(basis, Injury):
        return injury_text(basis)
    if isinstance(basis, AgeBasis):
        return age_text(basis.age_years)
    if isinstance(basis, FiltrationBasis):
        return filtration_text(basis)
    if isinstance(basis, MeasurementBasis):
        return measurement_text(outcome.criterion, basis)
    if isinstance(basis, Immunosuppression):
        return immunosuppression_text(basis)
    return answer_text(outcome, form, item)


def answer_text(outcome: CriterionOutcome, form: FormData | None, item: str) -> str:
    value = form.get(item) if form else None
    codelist = CODELISTS.get(outcome.criterion)
    if codelist and value:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(_(codelist(code).label) for code in codes)
    if isinstance(outcome.basis, OrganCountBasis) or not isinstance(
        outcome.basis, JudgementBasis
    ):
        return MISSING
    answer = outcome.basis.answer
    return _(answer.label) if answer else MISSING


def number_text(value: Decimal, decimals: int) -> str:
    return f"{rounded(value, decimals):f}"


def sample_text(sample: Sample) -> str:
    return sample.comparator + number_text(sample.umol_l, 0)


def injury_text(injury: Injury) -> str:
    parts = []
    if pair := injury.creatinine.qualifying or injury.creatinine.steepest:
        hours = (pair.later.at - pair.earlier.at).total_seconds() / 3600
        parts.append(
            _("%(low)s → %(high)s µmol/L in %(hours)s h: %(ratio)s-fold")
            % {
                "low": sample_text(pair.earlier),
                "high": sample_text(pair.later),
                "hours": f"{hours:.0f}",
                "ratio": ("" if pair.is_exact else ">") + number_text(pair.ratio, 2),
            }
        )
    else:
        parts.append(_("no two samples within 48 h"))
    hours_low, why = injury.urine.low_hours, injury.urine.why_unknown
    if why and not hours_low and injury.state == State.UNKNOWN:
        parts.append(_("urine: %(why)s") % {"why": _(why)})
    elif hours_low is not None:
        parts.append(_("urine low for %(hours)s h") % {"hours": hours_low})
    return "; ".join(parts)


def age_text(years: int | None) -> str:
    if years is None:
        return _("birth date or consent date missing")
    return _("%(years)s years at consent") % {"years": years}


def baseline_text(baseline: Baseline) -> str:
    if baseline.limit:
        text = _("baseline known by a limit of detection, %(value)s µmol/L")
        return text % {"value": sample_text(baseline.limit)}
    if baseline.umol_l is None:
        return _("no baseline creatinine")
    return _("baseline %(value)s µmol/L (%(source)s)") % {
        "value": number_text(baseline.umol_l, 0),
        "source": _(baseline.source.label).lower(),
    }


def filtration_text(basis: FiltrationBasis) -> str:
    if basis.egfr is None:
        return baseline_text(basis.baseline)
    return _("eGFR %(egfr)s mL/min/1.73 m², %(baseline)s") % {
        "egfr": number_text(basis.egfr, 1),
        "baseline": baseline_text(basis.baseline),
    }


def measurement_text(criterion: str, basis: MeasurementBasis) -> str:
    name, unit = (_("LVEF"), "%") if criterion == "E11" else (_("platelets"), "10⁹/L")
    value = MISSING
    if basis.value is not None:
        value = f"{basis.comparator}{basis.value.normalize():f} {unit}"
    judgement = _(basis.answer.label).lower() if basis.answer else MISSING
    details = {"name": name, "value": value, "judged": judgement}
    return _("%(name)s %(value)s; judged severe: %(judged)s") % details


def immunosuppression_text(basis: Immunosuppression) -> str:
    parts = [
        _("%(drug)s last changed %(on)s")
        % {"drug": drug.drug, "on": drug.last_change or MISSING}
        for drug in basis.drugs
    ]
    steroids = basis.steroids
    if steroids and steroids.max_pred:
        parts.append(
            _("prednisone equivalent up to %(mg)s mg a day, %(days)s days in a row")
            % {
                "mg": number_text(steroids.max_pred, 1),
                "days": steroids.longest_run_days,
            }
        )
    if basis.needs_burst_decision:
        parts.append(_("short course: the investigator decides"))
    if not parts:
        return MISSING if basis.state == State.UNKNOWN else _("no such drug")
    return "; ".join(parts)
