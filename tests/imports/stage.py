"""A registered source, its mapping and its files, made through the services."""

from typing import Any

from enrollment.screening.rules.participant_numbers import check_letter
from imports.models import ImportedFile, ImportSource
from imports.rules.mapping import FileMapping
from imports.services import files as receiving
from imports.services import sources
from imports.services.previews import preview
from record.accounts.models import User
from record.casebook.models import Participant
from tests.outcomes import course
from tests.people import STAGE, person
from trial_edc.dates import SITE_TZ
from visits.laboratory.services import register_laboratory

HEADING = "subject,test,taken,result,unit"
MAPPING = FileMapping(
    columns={
        "participant": "subject",
        "analyte": "test",
        "sampled_at": "taken",
        "value": "result",
        "unit": "unit",
    },
    date_order="ymd",
    words={
        "analyte": {"crea": "creatinine", "k": "potassium", "na": "sodium", "ldh": "-"},
        "unit": {"μmol/l": "umol/L", "mmol/l": "mmol/L"},
        "value": {"haemolysed": "ND", "溶血": "ND"},
    },
    answers={"place": "ward", "routine_care": "Y"},
)


def people() -> tuple[User, User, User]:
    """The coordinator, the data manager and the investigator."""
    return person("CO"), person("DM"), person("PI")


def source(
    manager: User, leader: User, *, mapping: FileMapping = MAPPING, **other: Any
) -> tuple[ImportSource, str]:
    laboratory = other.pop("laboratory", None) or register_laboratory(
        "central", "Central laboratory", by=STAGE
    )
    columns = {
        "code": "central-lis",
        "name": "Central laboratory, LIS",
        "laboratory": laboratory,
        "valid_from": course.day(300),
        "valid_to": None,
        **other,
    }
    source = sources.register(by=manager, **columns)
    sources.approve(source, by=leader)
    credential = sources.issue_credential(source, by=manager)
    sources.save_mapping(source, mapping, by=STAGE)
    source.refresh_from_db()
    return source, credential


def participant(sequence: int = 1, **other: Any) -> Participant:
    """Somebody who gave consent, with a number whose check letter fits."""
    return course.participant(sequence, letter=check_letter(sequence), **other)


def at(days: float) -> str:
    """Site time so many days ago, as a laboratory writes it."""
    return f"{course.days_ago(days).astimezone(SITE_TZ):%Y-%m-%d %H:%M}"


def csv(*rows: str, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *rows, ""]).encode()


def row(
    participant: Participant | str, *, days: float, value: str, **other: str
) -> str:
    """A line of a file: a creatinine unless `test` says otherwise."""
    number = participant if isinstance(participant, str) else participant.number
    test, unit = other.get("test", "CREA"), other.get("unit", "umol/L")
    return f"{number},{test},{other.get('taken', at(days))},{value},{unit}"


def previewed(
    source_and_credential: tuple[ImportSource, str],
    content: bytes,
    *,
    by: User,
    name: str = "july.csv",
) -> ImportedFile:
    file = receiving.upload(*source_and_credential, name=name, content=content, by=by)
    receiving.map_columns(
        file, FileMapping.from_json(source_and_credential[0].mapping), by=by
    )
    preview(file.pk)
    file.refresh_from_db()
    return file
