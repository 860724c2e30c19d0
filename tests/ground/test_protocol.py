"""The protocol file says what the record says, and odd files are refused."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from trial_edc.protocol import FILE, PROTOCOL, load
from trial_edc.registry import CriterionKind, EndpointKind
from trial_edc.typed_toml import OddValue
from trial_edc.vocabulary import VisitCode

RECORD = FILE.parent.parent / "docs/protocol/registry_record.txt"


@pytest.fixture(scope="module")
def record() -> str:
    return RECORD.read_text(encoding="utf-8")


def criteria_of(record: str, heading: str, until: str) -> list[str]:
    part = record.split(heading, 1)[1].split(until, 1)[0]
    return [line[2:] for line in part.splitlines() if line.startswith("- ")]


@pytest.mark.verifies("PRT-01")
def test_criteria_are_the_records_own_words(record: str) -> None:
    criteria = [(criterion.kind, criterion.text) for criterion in PROTOCOL.criteria]

    inclusions = criteria_of(record, "Inclusion Criteria:", "Exclusion Criteria:")
    exclusions = criteria_of(record, "Exclusion Criteria:", "To learn more")
    assert (len(inclusions), len(exclusions)) == (4, 20)
    assert criteria == [
        *((CriterionKind.INCLUSION, text) for text in inclusions),
        *((CriterionKind.EXCLUSION, text) for text in exclusions),
    ]


@pytest.mark.verifies("PRT-01")
def test_endpoints_are_the_records_own_words(record: str) -> None:
    lines = [line[2:] for line in record.splitlines() if "[ Time Frame: " in line]

    assert lines == [
        f"{endpoint.title} [ Time Frame: {endpoint.time_frame} ]{endpoint.description}"
        for endpoint in PROTOCOL.endpoints
    ]
    kinds = [endpoint.kind for endpoint in PROTOCOL.endpoints]
    assert kinds == [EndpointKind.PRIMARY, *[EndpointKind.SECONDARY] * 7]


@pytest.mark.verifies("PRT-01")
def test_arms_and_sample_size_are_the_records(record: str) -> None:
    for arm in PROTOCOL.arms:
        words = f"{arm.kind}: {arm.name} |\n{arm.intervention}\n{arm.description} |"
        assert words in record
    assert (
        f"Estimated Enrollment : | {PROTOCOL.registry.enrolment} participants" in record
    )


@pytest.mark.verifies("PRT-01")
def test_registry_facts_stand_in_the_record(record: str) -> None:
    registry, rules = PROTOCOL.registry, PROTOCOL.eligibility
    day = "{:%B} {:%-d}, {:%Y}"
    facts = (
        registry.brief_title,
        f"Official Title: | {registry.official_title} |",
        f"Identifier: | {registry.id} |",
        registry.other_id,
        f"{registry.principal_investigator}, Principal Investigator, {registry.site}",
        f"Study Type : | {registry.study_type} |",
        registry.phase,
        f"Allocation: | {registry.allocation} |",
        f"Intervention Model: | {registry.intervention_model} |",
        f"Masking: | {registry.masking} |",
        f"Primary Purpose: | {registry.primary_purpose} |",
        registry.recruitment_status,
        f"{rules.minimum_age_years} Years to {rules.maximum_age_years} Years",
        f"Sexes Eligible for Study: | {registry.sexes} |",
        registry.ipd_time_frame,
        f"First Posted: | {spoken(registry.first_posted, day)}",
        f"Last Update Posted: | {spoken(registry.last_update_posted, day)} |",
        f"Study Start Date : | {spoken(registry.start, day)} |",
        f"Primary Completion Date : | {spoken(registry.primary_completion, day)} |",
        f"Study Completion Date : | {spoken(registry.completion, day)} |",
    )

    assert [fact for fact in facts if fact not in record] == []


def spoken(day: date, pattern: str) -> str:
    return pattern.format(day, day, day)


ODD = [
    ('version = "1.0"', "version = 1.0", "version: Decimal('1.0') is not a text"),
    ('version = "1.0"', "", "version: is missing"),
    ("i1_pair_hours = 48", 'i1_pair_hours = "48"', "eligibility.i1_pair_hours: '48'"),
    ("i1_pair_hours = 48", "i1_pair_hours = true", "eligibility.i1_pair_hours: True"),
    ("i1_fold = 2.0", "i1_fold = 1", "eligibility.i1_fold: is not above 1"),
    ("i1_fold = 2.0", "i1_fold = false", "eligibility.i1_fold: False is not a number"),
    ('"ckdepi2021"', '"mdrd"', "eligibility.egfr_equation: 'mdrd' is not one of"),
    ("e11_lvef_pct", "e11_lvef", "eligibility.e11_lvef: is not a known key"),
    (
        "cortisone = 25",
        "cortisone = 0",
        "steroid_equivalents_mg.cortisone: is not above",
    ),
    ("minimum_age_years = 18", "minimum_age_years = 70", "maximum_age_years: is below"),
    ("baseline_days = 90", "baseline_days = 400", "eligibility.baseline_fallback_days"),
    (
        "after_days = 14",
        "after_days = -1",
        "schedule.visits[13].after_days: is below 0",
    ),
    ('code = "D10"', 'code = "D7"', "schedule.visits: 'D7' is there twice"),
    ("enrolment = 80", "enrolment = 100", "arms: planned numbers do not add up"),
    ('id = "I4"', 'id = "I3"', "criteria: 'I3' is there twice"),
    ("[go_live]", "[go_live.more]", "go_live.more: is not a known key"),
    (
        "unsent_hours = [12, 20]",
        "unsent_hours = 12",
        "safety.remind_unsent_hours: 12 is not a list",
    ),
    ("_certain_share = 0.1", "_certain_share = 1.1", "between 0 and 1"),
    ("_guessed_share = 0.695", "_guessed_share = -0.1", "between 0 and 1"),
    ("[freshness]", "freshness = 1\n[fresh]", "fresh"),
]


@pytest.mark.verifies("PRT-02")
@pytest.mark.parametrize(("old", "new", "message"), ODD)
def test_an_odd_file_is_refused_with_its_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    odd = tmp_path / "protocol.toml"
    odd.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(OddValue) as refusal:
        load(odd)

    assert message in str(refusal.value)


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").split("[blinding]")
    odd = tmp_path / "protocol.toml"
    rest = text[1].split("[consent]")[1]
    top, sections = text[0].split('version = "1.0"')
    head = f'{top}version = "1.0"\nblinding = 1\n'
    odd.write_text(f"{head}{sections}[consent]{rest}", encoding="utf-8")

    with pytest.raises(OddValue, match="blinding: is not a table"):
        load(odd)


@pytest.mark.verifies("PRT-02")
def test_every_proposal_has_a_reason() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()

    proposals = [line.split("[P]")[1] for line in lines if "[P]" in line]

    assert len(proposals) > 30
    assert [words for words in proposals if len(words.strip()) < 8] == []


def test_lookups() -> None:
    assert PROTOCOL.criterion("E19").text == "Patients need mechanical ventilation"
    assert PROTOCOL.schedule.slot(VisitCode.DAY_28).after_days == 3


def test_the_files_arms_hold_no_list() -> None:
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))

    assert set(table["arms"][0]) == {
        "code",
        "kind",
        "name",
        "intervention",
        "description",
        "planned",
    }
