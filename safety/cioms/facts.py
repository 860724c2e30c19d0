"""What a CIOMS I form says of one version of a report, box by box.

Blinded as it comes: the product is "study infusion (MSC or saline)". What a code break
disclosed is put in by `unblinded`, for the length of one answer, and stored nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from randomization.code_breaks.services.code_breaks import Disclosure
from randomization.vocabulary import Product
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from safety.facts import VISIT_OF_INFUSION
from safety.reports.facts import reports_on
from safety.reports.selectors.reports import ReportLine
from safety.vocabulary import EventOutcome, InfusionAction, ReportKind, Seriousness
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Sex, YesNo

# The forms that it is made from; none of them differs between the arms.
FORMS = ("AE", "SAE", "SPA", "DEM", "MHX", "CMD", "INF", "DTH")
NOTHING = "—"
# Boxes 8 to 12, in the order of the form.
CRITERIA = (
    (Seriousness.DEATH, N_("Patient died")),
    (
        Seriousness.HOSPITALISATION,
        N_("Involved or prolonged inpatient hospitalisation"),
    ),
    (
        Seriousness.DISABILITY,
        N_("Involved persistent or significant disability or incapacity"),
    ),
    (Seriousness.LIFE_THREATENING, N_("Life threatening")),
    (Seriousness.CONGENITAL, N_("Congenital anomaly")),
    (Seriousness.IMPORTANT, N_("Other medically important event")),
)
STOPPED = frozenset({InfusionAction.STOPPED, InfusionAction.INTERRUPTED})
BETTER = frozenset({EventOutcome.RECOVERED, EventOutcome.RECOVERING})
ASSESSED = (
    "grade",
    "ctcae_version",
    "caused_by_infusion",
    "caused_by_procedure",
    "caused_by_disease",
    "caused_by_other_drug",
    "action_infusion",
    "treatment",
    "outcome",
)


@dataclass(frozen=True)
class Suspect:
    """Boxes 14 to 19 of one infusion."""

    visit: str
    name: str
    batch: str
    dose: str
    therapy: str
    duration: str


@dataclass(frozen=True)
class Cioms:
    """The form, box by box; numbers in comments are those of the boxes."""

    participant: str  # 1: the study's number in place of initials
    birth_on: date | None  # 2
    age_years: int | None  # 2a
    sex: str  # 3
    onset: Partial | None  # 4 to 6
    term: str
    narrative_sections: tuple[tuple[str, str], ...]  # 7 and 13: heading, text
    criteria: tuple[tuple[str, bool], ...]  # 8 to 12
    suspects: tuple[Suspect, ...]  # 14 to 19
    abated: str  # 20
    reappeared: str  # 21
    drugs: tuple[str, ...]  # 22
    history: tuple[str, ...]  # 23
    control_no: str  # 24b
    received_at: datetime | None  # 24c
    is_initial: bool  # 25a
    version: str
    changed: tuple[str, ...]  # since this version was sent
    made_at: datetime  # 25; also the data cut-off
    allocated: str = ""  # in words; of an unblinded form only

    @property
    def is_unblinded(self) -> bool:
        return bool(self.allocated)


@implements("SAF-12")
def cioms_of(line: ReportLine, casebook: Casebook) -> Cioms:
    """Blinded form of a version; its event must not be struck out."""
    event = line.event
    assert event is not None  # noqa: S101 - the callers answer 404 without
    demography = casebook.one("DEM")
    birth_on = demography.get("birth_date") if demography else None
    onset = event.get("onset")
    first = reports_on(event, casebook)[0]
    number = line.participant.number
    return Cioms(
        participant=number,
        birth_on=birth_on,
        age_years=_years(birth_on, onset),
        sex=_sex(demography),
        onset=onset,
        term=event.get("term") or NOTHING,
        narrative_sections=tuple(_narrative_sections(event, line.report, casebook)),
        criteria=tuple(_criteria(event)),
        suspects=tuple(_suspects(casebook)),
        abated=_abated(event),
        reappeared=_reappeared(event, casebook),
        drugs=tuple(_drugs(event, casebook)),
        history=tuple(_history(line.report, casebook)),
        control_no=f"{PROTOCOL.registry.other_id}-{number}-{first.occurrence}",
        received_at=line.sent_at,
        is_initial=line.report.get("report_kind") in {None, ReportKind.INITIAL},
        version=line.version,
        changed=tuple(line.changed),
        made_at=clock.now(),
    )


def unblinded(blinded: Cioms, disclosed: Disclosure) -> Cioms:
    """Form with what a code break disclosed of this participant."""
    products = {visit: (product, lot) for visit, product, lot in disclosed.products}
    suspects = [
        replace(
            suspect,
            name=_product(products[suspect.visit][0]),
            batch=products[suspect.visit][1],
        )
        if suspect.visit in products
        else replace(suspect, name=_product(disclosed.arm), batch=_("not recorded"))
        for suspect in blinded.suspects
    ]
    return replace(blinded, suspects=tuple(suspects), allocated=_product(disclosed.arm))


def _product(code: str) -> str:
    return _(Product(code).label)


def _years(birth_on: date | None, onset: Partial | None) -> int | None:
    if birth_on is None or onset is None:
        return None
    on = onset.earliest
    return (
        on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
    )


def _sex(demography: FormData | None) -> str:
    sex = demography.get("sex") if demography else None
    return _(Sex(sex).label) if sex else NOTHING


def _criteria(event: FormData) -> Iterator[tuple[str, bool]]:
    met = event.get("seriousness") or ()
    return ((_(label), criterion.value in met) for criterion, label in CRITERIA)


def _labelled_answers(data: FormData, *names: str) -> Iterator[str]:
    items = catalogue.design(data.code).items
    for name in names:
        if data.get(name) is not None:
            yield f"{items[name].verbose_name}: {words(items[name], data.get(name))}"


def _narrative_sections(
    event: FormData, report: FormData, casebook: Casebook
) -> Iterator[tuple[str, str]]:
    yield (
        _("Course"),
        "; ".join(_labelled_answers(event, "term", "onset", "ended", "ongoing")),
    )
    yield _("Investigator's assessment"), "; ".join(_labelled_answers(event, *ASSESSED))
    if stay := "; ".join(_labelled_answers(report, "hospital_in", "hospital_out")):
        yield _("Hospital"), stay
    if narrative := report.get("narrative"):
        yield _("Narrative"), narrative
    if tests := report.get("tests"):
        yield _("Relevant tests and laboratory data"), tests
    death = casebook.one("DTH")
    if death and (
        answers := "; ".join(_labelled_answers(death, "death_on", "cause", "autopsy"))
    ):
        yield _("Death"), answers


def _suspects(casebook: Casebook) -> Iterator[Suspect]:
    for data in casebook.rows("INF"):
        since, until = data.get("started_at"), data.get("stopped_at")
        if since is None:
            continue
        volume = words(
            catalogue.design("INF").items["volume_ml"], data.get("volume_ml")
        )
        yield Suspect(
            visit=data.visit,
            name=_("Study infusion (MSC or saline), blinded"),
            batch=_("blinded"),
            dose=_("one infusion, %(volume)s") % {"volume": volume},
            therapy=f"{_at(since)} – {_at(until) if until else NOTHING}",
            duration=_minutes(since, until),
        )


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"


def _minutes(since: datetime, until: datetime | None) -> str:
    if until is None:
        return NOTHING
    return _("%(n)s min") % {"n": int((until - since).total_seconds() // 60)}


def _yes_no(answer: bool | None) -> str:  # noqa: FBT001 - an answer, not an option
    if answer is None:
        return _("Not applicable")
    return _(YesNo.YES.label if answer else YesNo.NO.label)


def _abated(event: FormData) -> str:
    """Box 20: whether it abated after the infusion was stopped."""
    outcome = event.get("outcome")
    if event.get("action_infusion") not in STOPPED or outcome is None:
        return _yes_no(None)
    return _yes_no(outcome in BETTER)


def _reappeared(event: FormData, casebook: Casebook) -> str:
    """Box 21: whether it came again with the second infusion."""
    again = [
        other
        for other in casebook.rows("AE")
        if other.form_id != event.form_id
        and other.get("infusion_number") == "2"
        and other.get("infusion_reaction") == YesNo.YES
    ]
    was_first = event.get("infusion_number") == "1"
    second = casebook.value("INF", "started_at", VISIT_OF_INFUSION["2"])
    return _yes_no(bool(again) if was_first and second else None)


def _drugs(event: FormData, casebook: Casebook) -> Iterator[str]:
    """Box 22: drugs at the onset, without those given for the event."""
    onset = event.get("onset")
    names = ("drug", "dose", "dose_unit", "frequency", "route", "start", "stop")
    items = catalogue.design("CMD").items
    for drug in casebook.rows("CMD"):
        start, stop = drug.get("start"), drug.get("stop")
        is_later = onset and start and start.earliest > onset.latest
        was_over = onset and stop and stop.latest < onset.earliest
        if drug.get("ae") != event.form_id and not is_later and not was_over:
            answers = (words(items[name], drug.get(name)) for name in names)
            yield " ".join(text for text in answers if text != NOTHING)


def _history(report: FormData, casebook: Casebook) -> Iterator[str]:
    if text := report.get("history"):
        yield text
    history = casebook.one("MHX")
    if history is None:
        return
    items = catalogue.design("MHX").items
    yield from _labelled_answers(history, "aki_causes", "aki_causes_other")
    present = [
        str(items[name].verbose_name)
        for name, value in history.values.items()
        if value == YesNo.YES and name in items
    ]
    if present:
        yield ", ".join(present)
    yield from _labelled_answers(history, "history")
