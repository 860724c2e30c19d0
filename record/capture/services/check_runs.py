"""The edit checks run again over stored data: proposed, previewed, approved, run."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _

from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, Permission
from record.audit import once
from record.audit.attribution import Reason, Source, act, attributed
from record.audit.models import Confidentiality
from record.audit.problems import RecordClosed
from record.capture.models import CheckRun, CheckRunState
from record.capture.problems import CheckRunRefused
from record.casebook import catalogue, engine
from record.casebook.blinding import require_blind
from record.casebook.checks import Finding
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import stored_form_data
from record.casebook.services.form_instances import lock as lock_participant
from record.casebook.specifications import digest_of_checks
from record.review import services as review
from record.review.models import QueryState
from record.review.services.approvals import approve
from trial_edc import clock
from trial_edc.background import request_task
from trial_edc.locks import exclusively
from trial_edc.requirements import implements
from trial_edc.typed_text import LONGEST_REASON, unfit_text
from trial_edc.vocabulary import N_, Severity

OPENS, CLOSES = N_("opens"), N_("closes")
RUNS = 4_194_679  # the kind of the advisory locks of this room
TASK = "record.capture.tasks.run_checks"
REASON = "recheck"
IN_THE_LOG = N_("It could not be ended; the cause is in the log of the worker.")
LOCKED = N_("The database is locked; nothing was changed.")
State = CheckRunState
Line = tuple[str, str, str, str]  # form, check, participant, what happens
Progress = Callable[[int, int], None]


@dataclass
class RunOutcome:
    """What a run opens and closes on open forms, and which closed ones it leaves."""

    counts: Counter[Line] = field(default_factory=Counter)
    left_alone: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[list[object]]:
        return [[*line, number] for line, number in sorted(self.counts.items())]

    def total(self, what: str) -> int:
        return sum(n for line, n in self.counts.items() if line[-1] == what)


def current_checks() -> str:
    return digest_of_checks(catalogue.designs().values())


@implements("QRY-03")
def propose_run(reason: str, *, by: User) -> CheckRun:
    """Have a preview made, which a second person approves."""
    require_person(by, FIRST, Permission.RECHECK)
    reason = reason.strip()
    if not reason:
        raise CheckRunRefused(_("Write the reason; it stays on record."))
    if problem := unfit_text(reason, LONGEST_REASON):
        raise CheckRunRefused(_(problem.message) % problem.details)
    require_blind([reason], by=by, participant=None, refusal=CheckRunRefused)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        run = CheckRun.objects.create(
            entered_by=by, reason=reason, checks=current_checks()
        )
        request_task(TASK, run.pk)
    return run


@implements("QRY-03")
def approve_run(run: CheckRun, *, shown: str | None, by: User) -> CheckRun:
    """Let the checks run as they were previewed. Raises `ApprovalRefused` too."""
    with attributed(by=by, via=Source.PAGE):
        run = approve(run, Permission.RECHECK, shown=shown, by=by, via=Source.PAGE)
        if run.state != State.PROPOSED:
            raise CheckRunRefused(_("This run is not waiting for an approval."))
        if run.checks != current_checks():
            message = _("The checks have changed since. Have a new run proposed.")
            raise CheckRunRefused(message)
        _update(run, state=State.QUEUED)
        request_task(TASK, run.pk)
    return run


def run_waiting() -> int:
    """Go on with each run that waits, also one whose queue entry was lost."""
    states = (State.PREVIEWING, State.QUEUED, State.RUNNING)
    keys = list(
        CheckRun.objects.filter(state__in=states)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for key in keys:
        run_checks(key)
    return len(keys)


def run_checks(key: int) -> CheckRun:
    """Preview or run, one worker at a time; an interrupted one begins anew.

    To begin anew does no harm: what was brought into line already stays so.
    """
    with exclusively(RUNS, key) as is_alone:
        run = CheckRun.objects.get(pk=key)
        if is_alone and run.is_under_way:
            _go(run)
    return CheckRun.objects.get(pk=key)


def _go(run: CheckRun) -> None:
    is_preview = run.state == State.PREVIEWING
    if not is_preview:
        _update(run, state=State.RUNNING)
    try:
        outcome = check_all(
            None if is_preview else Reason(REASON, str(run.pk)),
            progress=partial(_note_progress, run),
        )
    except RecordClosed:
        _update(run, state=State.FAILED, problem=LOCKED)
    except Exception:
        _update(run, state=State.FAILED, problem=IN_THE_LOG)
        raise
    else:
        _end(run, outcome, is_preview=is_preview)


def _end(run: CheckRun, outcome: RunOutcome, *, is_preview: bool) -> None:
    left = outcome.left_alone
    if is_preview:
        _update(run, preview=outcome.lines, left_alone=left, state=State.PROPOSED)
        return
    at = clock.after(run.approved_at)
    _update(
        run,
        result=outcome.lines,
        left_alone=left,
        state=State.DONE,
        finished_at=at,
    )


def _note_progress(run: CheckRun, done: int, total: int) -> None:
    _update(run, done=done, total=total)


def _update(run: CheckRun, **columns: object) -> None:
    for name, value in columns.items():
        setattr(run, name, value)
    with attributed(by=review.CHECKS, via=Source.TASK):
        run.save(update_fields=tuple(columns))


def approved_run() -> CheckRun | None:
    """The last run, by two persons, of the checks as they are now."""
    ended = CheckRun.objects.filter(state=State.DONE, checks=current_checks())
    return ended.order_by("-pk").first()


@implements("QRY-03")
def run_as_approved(*, via: Source) -> RunOutcome:
    """Run the checks again that two persons approved, as each night.

    Raises `CheckRunRefused` where the checks are others by now.
    """
    run = approved_run()
    if run is None:
        raise CheckRunRefused(
            _(
                "Nobody approved the checks as they are now. The data manager proposes "
                "a run, the principal investigator approves it."
            )
        )
    outcome = check_all(Reason(REASON, str(run.pk)), via=via)
    with attributed(by=review.CHECKS, via=via):
        counts = {what: outcome.total(what) for what in (OPENS, CLOSES)}
        act("checks_run_again", details={"approved_run": run.pk, **counts})
    return outcome


def check_all(
    reason: Reason | None,
    *,
    via: Source = Source.TASK,
    progress: Progress = lambda _done, _total: None,
) -> RunOutcome:
    """Run all checks, participant by participant; without a reason as a preview."""
    people, outcome = list(Participant.objects.order_by("sequence")), RunOutcome()
    for done, participant in enumerate(people, start=1):
        if reason is None:
            _check(participant, outcome, stores=False)
        else:
            with attributed(by=review.CHECKS, via=via, reason=reason):
                _check(lock_participant(participant), outcome, stores=True)
        progress(done, len(people))
    return outcome


def _check(participant: Participant, outcome: RunOutcome, *, stores: bool) -> None:
    """In as many statements for one form as for many."""
    forms = _checked_forms(participant)
    data = {
        one.form_id: one
        for _pk, one in stored_form_data([participant.pk], catalogue.designs())
    }
    casebook = Casebook.of(data.values())
    checked = [
        review.CheckedForm(form, _soft(data[form.pk], casebook))
        for form in forms
        if form.pk in data
    ]
    threads = review.automatic_queries(forms)
    of_open = [one for one in checked if not one.form.is_closed]
    of_closed = [one for one in checked if one.form.is_closed]
    changes = review.query_changes(of_open, threads, by=review.CHECKS)
    left = review.query_changes(of_closed, threads, by=review.CHECKS)
    if stores:
        review.store_changes(changes)
    outcome.counts.update(_lines(changes, participant))
    names = {
        f"{participant.number} {thread.form}"
        for thread in (*left.raised, *left.moved)
        if thread.form.confidentiality == Confidentiality.OPEN
    }
    outcome.left_alone += sorted(names)


def _checked_forms(participant: Participant) -> list[FormInstance]:
    """Those that were complete once, as a save checks them."""
    was_complete = Q(status=FormStatus.COMPLETE) | Q(first_completed_at__isnull=False)
    forms = list(
        FormInstance.objects.filter(
            was_complete, participant=participant, struck_at=None
        ).order_by("pk")
    )
    for form in forms:
        form.participant = participant
    return forms


def _soft(data: FormData, casebook: Casebook) -> list[Finding]:
    design, now = catalogue.design(data.code), clock.now()
    findings = engine.standing_findings(design, data, casebook, now=now)
    return [finding for finding in findings if finding.severity == Severity.SOFT]


def _lines(changes: review.QueryChanges, participant: Participant) -> Iterator[Line]:
    for thread in (*changes.raised, *changes.moved):
        if thread.form.confidentiality == Confidentiality.OPEN:
            opens = thread.query.state == QueryState.OPEN
            what = OPENS if opens else CLOSES
            check_id = thread.query.place[1]
            yield thread.form.code, check_id, participant.number, what
