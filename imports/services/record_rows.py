"""Which results of a file go into one row of the record, at which visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from imports.facts import DATE_LENGTH, visits_on
from imports.rules.mapping import FileMapping
from imports.selectors.lines import Refusal, SampleResult
from imports.services.line_plans import LinePlan, refused_plan
from record.capture.planning import SourceRow, source_row
from record.casebook import catalogue
from record.casebook.form_data import Casebook
from trial_edc.vocabulary import N_
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory

LOG, PANEL = "CRE", "LAB"
NO_VISIT = N_("No visit took place on %(on)s. Enter the visit first, or name it.")
TWO_VISITS = N_("Several visits took place on %(on)s. Name the visit in the file.")


@dataclass(frozen=True)
class ResultAtVisit:
    """A result, with the visit of its sample where it needs one."""

    result: SampleResult
    visit: str = ""
    visit_number: int = 0


@dataclass
class RecordRow:
    """The results that go into one row of the record."""

    code: str
    visit: str = ""
    visit_number: int = 0
    results: list[SampleResult] = field(default_factory=list)

    def item(self, result: SampleResult) -> str:
        return "value" if self.code == LOG else result.analyte

    def same_analyte(self, result: SampleResult) -> list[SampleResult]:
        return [
            other
            for other in self.results
            if other.analyte == result.analyte and other.line != result.line
        ]


def record_rows_of(code: str, results: Iterable[ResultAtVisit]) -> list[RecordRow]:
    rows: list[RecordRow] = []
    by_sample: dict[str, RecordRow] = {}
    for placed in results:
        is_log = placed.result.analyte == Analyte.CREATININE
        if is_log != (code == LOG):
            continue
        row = None if is_log else by_sample.get(placed.result.sampled_at)
        if row is None:
            row = RecordRow(code, placed.visit, placed.visit_number)
            rows.append(row)
            by_sample[placed.result.sampled_at] = row
        row.results.append(placed.result)
    return rows


def at_visits(
    results: Sequence[SampleResult], casebook: Casebook
) -> tuple[list[ResultAtVisit], list[LinePlan]]:
    as_text = catalogue.design(PANEL).items["sampled_at"].as_text
    stored_samples = {as_text(data.get("sampled_at")) for data in casebook.rows(PANEL)}
    placed, without_visit = [], []
    for result in results:
        if result.analyte == Analyte.CREATININE or result.sampled_at in stored_samples:
            placed.append(ResultAtVisit(result))
            continue
        visits = (
            {(result.visit, 0)}
            if result.visit
            else visits_on(casebook, result.sampled_at)
        )
        if len(visits) == 1:
            placed.append(ResultAtVisit(result, *visits.pop()))
        else:
            message = TWO_VISITS if visits else NO_VISIT
            refusal = Refusal(message, {"on": result.sampled_at[:DATE_LENGTH]})
            without_visit.append(refused_plan(result, refusal))
    return placed, without_visit


def source_row_of(
    record_row: RecordRow, mapping: FileMapping, laboratory: Laboratory
) -> SourceRow:
    first = record_row.results[0]
    answers = {name: answer for name, answer in mapping.answers.items() if answer}
    if record_row.code == LOG:
        values: dict[str, object] = {"sample_at": first.sampled_at}
        values |= {"value": first.value, "laboratory": laboratory.pk}
        values |= {"place": first.place} if first.place else {}
        names = ("place", "routine_care")
    else:
        values = {"sampled_at": first.sampled_at, "laboratory": laboratory.pk}
        values |= {result.analyte: result.value for result in record_row.results}
        names = ("routine_care", "urea_kind")
    defaults = {name: answers[name] for name in names if name in answers}
    return source_row(
        catalogue.design(record_row.code),
        first.line,
        values,
        defaults=defaults,
        visit=record_row.visit,
        visit_number=record_row.visit_number,
    )
