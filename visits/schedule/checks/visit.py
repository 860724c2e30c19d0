"""Edit checks of the visit record and of vital signs."""

from collections.abc import Callable, Mapping
from datetime import date

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import is_on, is_since
from trial_edc.dates import site_date
from trial_edc.vocabulary import N_, Severity, VisitCode, WithdrawalKind, Word, YesNo
from visits.facts import death_of, forms_with_observations
from visits.schedule.checks.after_end import LIFE_BOUNDS, is_new, withdrawn_on
from visits.schedule.conditions import OutOfWindow
from visits.schedule.facts import done_date, window_of
from visits.schedule.vocabulary import VisitMode

OUT_OF_WINDOW = OutOfWindow()


@check(
    "VIS-01",
    form="VIS",
    item="appointment_at",
    severity=Severity.SOFT,
    message=N_("The window of this visit is %(opens)s to %(closes)s."),
)
def appointment_outside_window(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    at, window = data.get("appointment_at"), window_of(casebook, data.visit)
    if at is None or window is None or site_date(at) in window:
        return None
    return {"opens": window.opens.isoformat(), "closes": window.closes.isoformat()}


@check(
    "VIS-02",
    form="VIS",
    item="visit_date",
    severity=Severity.HARD,
    message=N_("The participant had died by then (%(died)s)."),
)
def visit_after_death(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    casebook.read(*LIFE_BOUNDS)
    on, death = data.get("visit_date"), death_of(casebook)
    if on is None or death is None or on <= death.latest:
        return None
    return {"died": casebook.value("DTH", "death_on").text}


@check(
    "VIS-03",
    form="VIS",
    item="visit_date",
    severity=Severity.HARD,
    message=N_("After withdrawal from everything nothing new is observed."),
)
def visit_after_withdrawal(data: FormData, casebook: Casebook) -> bool:
    on, ended_on = (
        data.get("visit_date"),
        withdrawn_on(casebook, WithdrawalKind.EVERYTHING),
    )
    return bool(on and ended_on and on > ended_on and is_new(data, "visit_date"))


@check(
    "VIS-04",
    form="VIS",
    item="mode",
    severity=Severity.SOFT,
    message=N_("After withdrawal from visits only records may be looked up."),
)
def visit_though_only_lookup(data: FormData, casebook: Casebook) -> bool:
    ended_on = withdrawn_on(casebook, WithdrawalKind.VISITS_LOOKUP_ALLOWED)
    on, mode = data.get("visit_date"), data.get("mode")
    late = bool(on and ended_on and on > ended_on)
    return late and mode not in (None, VisitMode.RECORD_LOOKUP)


def previous_visit(data: FormData, casebook: Casebook) -> date | None:
    on = data.get("visit_date")
    dates = (
        d for r in casebook.rows("VIS") if r.key != data.key and (d := done_date(r))
    )
    return max((day for day in dates if on and day < on), default=None)


def since_last(*times: tuple[str, str]) -> Callable[[FormData, Casebook], bool]:
    def has_row(data: FormData, casebook: Casebook) -> bool:
        last = previous_visit(data, casebook)
        return any(
            is_since(row.get(item), last)
            for form, item in times
            for row in casebook.rows(form)
        )

    return has_row


def sampled_that_day(data: FormData, casebook: Casebook) -> bool:
    on = data.get("visit_date")
    return any(on and is_on(r.get("sample_at"), on) for r in casebook.rows("CRE"))


def rrt_since_last(data: FormData, casebook: Casebook) -> bool:
    """Whether the RRT log has a row that reaches past the last visit."""
    last = previous_visit(data, casebook)
    return any(
        is_since(row.get("started_at"), last)
        or is_since(row.get("ended_at"), last)
        or row.get("ongoing") == YesNo.YES
        for row in casebook.rows("RRT")
    )


LOG_QUESTIONS = (
    ("VIS-05", "creatinine_taken", N_("the creatinine log"), sampled_that_day),
    ("VIS-06", "new_ae", N_("the adverse event log"), since_last(("AE", "onset"))),
    ("VIS-07", "new_drug", N_("the medication log"), since_last(("CMD", "start"))),
    ("VIS-08", "rrt_since", N_("the RRT log"), rrt_since_last),
    (
        "VIS-09",
        "stay_change",
        N_("the log of stays"),
        since_last(("STY", "in_at"), ("STY", "out_at")),
    ),
)


def _unmatched(
    item: str, log: str, has_row: Callable[[FormData, Casebook], bool]
) -> Callable[[FormData, Casebook], Mapping[str, object] | None]:
    def rule(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
        is_yes = data.get(item) == YesNo.YES and data.get("visit_date") is not None
        return {"log": Word(log)} if is_yes and not has_row(data, casebook) else None

    return rule


for _id, _item, _log, _has_row in LOG_QUESTIONS:
    check(
        _id,
        form="VIS",
        item=_item,
        severity=Severity.SOFT,
        message=N_("Yes, but no matching row in %(log)s. Add it there."),
    )(_unmatched(_item, _log, _has_row))


@check(
    "VIS-10",
    form="VIS",
    item="visit_date",
    severity=Severity.SOFT,
    message=N_("Day 0 is the date of infusion 1, %(day0)s."),
)
def day_0_differs(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
    if data.visit != VisitCode.DAY_0 or not OUT_OF_WINDOW.holds(data, casebook):
        return None
    window = window_of(casebook, data.visit)
    return {"day0": window.target.isoformat()} if window else None


@check(
    "VIS-11",
    form="VIS",
    item="performed",
    severity=Severity.SOFT,
    message=N_("No, but forms of this visit hold values: %(forms)s."),
)
def missed_though_observed(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    if data.get("performed") != YesNo.NO:
        return None
    forms = forms_with_observations(casebook, data.visit, data.visit_number)
    return {"forms": ", ".join(forms)} if forms else None


def _diastolic_not_below(data: FormData, casebook: Casebook) -> bool:
    del casebook
    systolic, diastolic = data.get("systolic_bp"), data.get("diastolic_bp")
    return systolic is not None and diastolic is not None and diastolic >= systolic


for _id, _form in (("VIT-01", "VIT"), ("VSI-01", "VSI")):
    check(
        _id,
        form=_form,
        item="diastolic_bp",
        severity=Severity.HARD,
        message=N_("Diastolic pressure must be below systolic."),
    )(_diastolic_not_below)
