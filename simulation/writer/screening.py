"""From the approach to randomization, or to the end of screening."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from enrollment.eligibility.selectors import eligibility_of
from enrollment.eligibility.services import confirmation
from enrollment.identity.selectors import questions_of
from enrollment.identity.services import decide
from enrollment.screening.services import close_screening, register_person, rescreen
from enrollment.vocabulary import ApproachResult, IdentityAnswer, ScreenFailure
from randomization.allocation.services import declare_in_error, randomize
from record.accounts.proofs import ReAuthenticated
from record.casebook.values import MissingCode
from simulation import phrases
from simulation.measurements import panel, vital_signs
from simulation.people import NEVER_CONSENTS, NOT_RANDOMIZED, Fate
from simulation.site_setup import ensure_free_slot
from simulation.times import in_office_hours
from simulation.writer.case import Act, Acts, SimulatedCase
from simulation.writer.eligibility import answers, judgements
from trial_edc import chance, clock

AGREEING = (32, 97)  # of the first people, by days ago: they get messages in the demo
NO_YES = ("N", "N", "N", "Y")
COMORBIDITIES = (
    "known_ckd",
    "heart_failure",
    "stroke",
    "copd",
    "liver_disease",
    "hbv",
    "hcv",
    "hiv",
    "tb",
    "syphilis",
    "fungal",
    "malignancy",
    "transplant",
    "vasculitis",
    "thrombosis",
    "allergy",
)


def screening_acts(case: SimulatedCase) -> Acts:
    person = case.person
    yield Act(person.approached_at + timedelta(minutes=5), lambda: _approach(case))
    if person.fate in (Fate.DECLINES, Fate.INCAPABLE):
        return
    yield Act(person.consent_at + timedelta(minutes=5), lambda: _consent(case))
    if person.fate in NEVER_CONSENTS:
        return
    yield from _examinations(case, person.consent_at, 1)
    if person.fate == Fate.RESCREENED:
        yield from _second_screening(case)
    if person.fate in NOT_RANDOMIZED:
        closed_at = in_office_hours(person.confirmed_at + timedelta(minutes=90))
        yield Act(closed_at, lambda: _close(case))
        return
    yield Act(person.confirmed_at, lambda: _confirm(case))
    yield Act(person.randomized_at, lambda: _randomize(case))
    logged_at = person.randomized_at + timedelta(minutes=25)
    episode = 2 if person.fate == Fate.RESCREENED else 1
    screening_log = partial(case.form_of, "SCN", occurrence=episode)
    yield Act(logged_at, lambda: case.save(screening_log(), {}, "co"))
    if person.fate == Fate.IN_ERROR:
        noticed_at = in_office_hours(person.randomized_at + timedelta(days=2))
        yield Act(noticed_at, lambda: _in_error(case))


def _approach(case: SimulatedCase) -> None:
    person = case.person
    values: dict[str, object] = {
        "approached_at": person.approached_at,
        "source": person.source,
        "age_years": person.age_on(person.approached_at.date()),
        "sex": person.sex.value,
    }
    results = {
        Fate.DECLINES: ApproachResult.DECLINED,
        Fate.INCAPABLE: ApproachResult.INCAPABLE_NO_REPRESENTATIVE,
    }
    if person.fate in results:
        values["approach_result"] = results[person.fate].value
    case.participant = register_person(
        by=case.staff["co"],
        hospital_no=person.hospital_no,
        **values,  # type: ignore[arg-type]
    )


def _consent(case: SimulatedCase) -> None:
    person = case.person
    decision = "refused" if person.fate == Fate.REFUSES else "given"
    event = consent_event(case, "initial", person.consent_at) | {"decision": decision}
    if person.represented:
        event |= {
            "capacity": "N",
            "signer": "representative",
            "relation": chance.source().choice(("spouse", "child", "parent")),
        }
    case.add("CNS", event, "co")
    agrees = chance.source().random() < 0.7 or person.place.days_ago in AGREEING  # noqa: PLR2004
    if decision == "given" and agrees:
        recipient = "representative" if person.represented else "participant"
        contact = {
            "kind": "contact",
            "channel": ["sms"],
            "recipient": recipient,
            "message_language": "zh",
        }
        case.add("CNS", event | contact, "co")


def consent_event(
    case: SimulatedCase, kind: str, decided_at: datetime
) -> dict[str, object]:
    return {
        "kind": kind,
        "decision": "given",
        "decided_at": decided_at,
        "version": "1.0",
        "language": "zh",
        "capacity": "Y",
        "capacity_by": case.pk("in"),
        "signer": "participant",
        "witness": MissingCode.NOT_APPLICABLE,
        "obtained_by": case.pk("co"),
        "copy_given": "Y",
    }


def _examinations(case: SimulatedCase, since: datetime, episode: int) -> Acts:
    """Entries after consent, or again at a second screening."""
    sampled_at = since + timedelta(minutes=40)
    entered_at = since + timedelta(minutes=case.rng.randint(50, 110))
    step = timedelta(minutes=6)
    if episode == 1:
        yield Act(entered_at, lambda: _person(case))
        yield Act(entered_at + step, lambda: _history(case))
        yield Act(entered_at + 2 * step, lambda: _contact(case))
    yield Act(entered_at + 3 * step, lambda: _weigh(case, sampled_at, episode))
    yield Act(entered_at + 4 * step, lambda: _blood(case, sampled_at, episode))
    answered_at = case.person.confirmed_at - timedelta(minutes=40)
    if episode == 1 and case.person.fate == Fate.RESCREENED:
        answered_at = entered_at + 9 * step
    yield Act(answered_at - step, lambda: _visit(case, since, episode))
    yield Act(answered_at, lambda: _answer(case, since, episode))


def _person(case: SimulatedCase) -> None:
    values = {
        "birth_date": case.person.birth_date,
        "sex": case.person.sex.value,
        "ethnic_group": "han",
    }
    case.save(case.form_of("DEM"), values, "co")


def _history(case: SimulatedCase) -> None:
    person, pick = case.person, chance.source()
    values: dict[str, object] = {
        "hospital_admitted_at": person.admitted_at,
        "aki_recognised_at": person.rise_at,
        "aki_setting": "icu" if person.source == "icu" else "hospital",
        "aki_causes": list(pick.choice(phrases.AKI_CAUSES)),
        **dict.fromkeys(COMORBIDITIES, "N"),
        **{name: pick.choice(NO_YES) for name in ("diabetes", "coronary_disease")},
        "hypertension": pick.choice(("N", "Y")),
    }
    history_of_criterion = {"E5": "malignancy", "E9": "known_ckd", "E15": "hbv"}
    if person.criterion in history_of_criterion:
        values[history_of_criterion[person.criterion]] = "Y"
    if pick.random() < 1 / 3:
        year = str(person.birth_date.year + 9)
        values["history"] = [
            {"term": pick.choice(phrases.HISTORY), "start": year, "ongoing": "N"}
        ]
    case.save(case.form_of("MHX"), values, "co")


def _contact(case: SimulatedCase) -> None:
    person = case.person
    owner = "representative" if person.represented else "participant"
    values = {
        "name": person.name,
        "hospital_no": person.hospital_no,
        "phones": [{"number": person.phone, "owner": owner, "works": "Y"}],
        "address": chance.source().choice(phrases.ADDRESSES),
    }
    case.save(case.form_of("CTC"), values, "co")


def _weigh(case: SimulatedCase, measured_at: datetime, episode: int) -> None:
    values = {
        "measured_at": measured_at,
        "weight_kg": case.person.weight_kg,
        "weight_source": "bed_scale",
        "height_cm": case.person.height_cm,
        **vital_signs(chance.source()),
    }
    case.save(case.form_of("VIT", "SCR", episode), values, "bn")


def _blood(case: SimulatedCase, sampled_at: datetime, episode: int) -> None:
    person = case.person
    creatinine = person.kidney.creatinine(person.days_after_rise(sampled_at))
    values = panel(creatinine, 0, person.sex, chance.source())
    if person.criterion == "E18" and person.fate == Fate.FAILS:
        values["platelets"] = (str(chance.source().randint(8, 22)), "10^9/L")
    head = panel_head(case, sampled_at)
    case.save(case.form_of("LAB", "SCR", episode), head | values, "co")


def panel_head(case: SimulatedCase, sampled_at: datetime) -> dict[str, object]:
    return {
        "sampled_at": sampled_at,
        "laboratory": case.site.laboratory,
        "routine_care": "Y",
        "urea_kind": "urea",
    }


def _visit(case: SimulatedCase, since: datetime, episode: int) -> None:
    by_other = case.person.represented
    values: dict[str, object] = {
        "performed": "Y",
        "visit_date": since.date(),
        "mode": "in_person",
        "informant": "representative" if by_other else "participant",
        "in_hospital": "Y",
        "creatinine_taken": "Y",
        "new_ae": "N",
        "new_drug": "N",
        "rrt_since": "N",
        "stay_change": "N",
        "contacts_checked": "Y",
    }
    if by_other:
        values["has_capacity"] = "N"
    case.save(case.form_of("VIS", "SCR", episode), values, "co")


def _answer(case: SimulatedCase, since: datetime, episode: int) -> None:
    """Answer the criteria: what anybody enters, then the judgements."""
    form = case.form_of("ELG", occurrence=episode)
    criterion = case.person.criterion
    if case.person.fate == Fate.RESCREENED and episode == 1:
        criterion = "E12"
    burst = bool(case.forms.get("burst"))
    values: Mapping[str, object] = answers(case.person, criterion, since)
    case.save(form, values, "co", complete=False)
    judgement_values = judgements(case.person, criterion, burst=burst)
    case.save(form, judgement_values, "in")


def _second_screening(case: SimulatedCase) -> Acts:
    person = case.person
    closed_at = in_office_hours(person.consent_at + timedelta(minutes=200))
    yield Act(closed_at, lambda: _close(case))
    again_at = person.screened_at - timedelta(minutes=30)

    def again() -> None:
        rescreen(case.participant, by=case.staff["co"], approached_at=clock.now())

    yield Act(again_at, again)
    yield from _examinations(case, person.screened_at, 2)


def _close(case: SimulatedCase) -> None:
    reasons = {
        Fate.NOT_EVALUABLE: ScreenFailure.NOT_EVALUABLE,
        Fate.EXPIRES: ScreenFailure.TIME_EXPIRED,
    }
    reason = reasons.get(case.person.fate, ScreenFailure.CRITERIA_FAILED)
    close_screening(
        case.participant,
        reason=reason.value,
        closed_at=clock.now(),
        by=case.staff["co"],
        explanations={"SCN.age_years.soft": "Birth date confirmed after the approach."},
    )


def _confirm(case: SimulatedCase) -> None:
    investigator = case.staff["in"]
    proof = ReAuthenticated(investigator.pk, clock.now())
    eligibility = eligibility_of(case.participant)
    confirmation.confirm_eligibility(
        case.participant,
        shown_digest=eligibility.deciding_items.digest,
        proof=proof,
        by=investigator,
    )


def _tell_apart(case: SimulatedCase) -> None:
    """Everybody here is a person of their own, also where birthdays meet."""
    investigator = case.staff["in"]
    for question in questions_of(case.participant).filter(answer=""):
        decide(
            question,
            answer=IdentityAnswer.DIFFERENT,
            reason=phrases.TWO_PERSONS,
            proof=ReAuthenticated(investigator.pk, clock.now()),
            by=investigator,
        )


def _randomize(case: SimulatedCase) -> None:
    ensure_free_slot(case.site)
    _tell_apart(case)
    randomize(case.participant, by=case.staff["co"])


def _in_error(case: SimulatedCase) -> None:
    declare_in_error(case.participant, reason=phrases.IN_ERROR, by=case.staff["in"])
