"""Two worlds: one trial simulated twice, alike but for everybody's arm.

Each has a database and a folder of files of its own, so that both can answer the same
request at any time. The pharmacy works on cells otherwise than on saline, at other
times (`simulation.pharmacy_habits`). After the simulated trial the unblinded staff of
each do more work on one arm than on the other; then blinded staff go on, so that a
number that the former have moved would show in what the latter have written.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import override_settings

from exports.services.jobs import request_export
from exports.tasks import make_export
from imports.services import storing
from monitoring.visits.services import reports, visits
from randomization.arms import arms_of
from randomization.code_breaks.services import code_breaks
from randomization.code_breaks.services.code_breaks import CodeBreakDetails
from randomization.lists.rules import lists
from randomization.models import LotRecord
from randomization.product.rules.stock import balance
from randomization.product.services import lots
from randomization.vocabulary import (
    CodeBreakCategory,
    CodeBreakKind,
    MovementKind,
    Product,
)
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source, attributed
from record.audit.vault import forget_keys
from record.capture.services import autosaves
from record.capture.services.check_runs import propose_run, run_checks
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of
from record.casebook.services import files, form_instances
from record.lock.models import LockProposal
from record.lock.readiness import readiness
from record.notices.tasks import deliver_queued
from record.review import services as review
from safety.models import LateCase
from simulation.demo_users import DEMO_USERS
from simulation.pharmacy_habits import BY_PRODUCT, PharmacyHabits
from simulation.times import at
from simulation.trial import simulate
from tests import servers
from tests.dumps import tables
from tests.imports import stage
from tests.shown import revision
from trial_edc import chance, clock, dates
from visits.calendar.services.feeds import make_feed
from visits.models import Laboratory
from visits.schedule.facts import infusion_started_at

GENERATE = lists.generate
UNTIL = date(2026, 6, 1)
SEED = 7
PARTICIPANTS = 12
NOW = at(UNTIL, 480)
FEED_READERS = ("co", "in", "pi", "bn", "mo", "dm", "br")
FAVOURED = "MSC"  # the arm on which the unblinded staff do more
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PDF = b"%PDF-1.7\n% signed on paper\n"


@dataclass
class World:
    """One of the worlds; `stored` is its database after the trial, by table."""

    name: str
    folder: Path
    swapped: bool = False  # its lists are drawn, and proved, with the arms exchanged
    stored: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return f"{servers.NAME}_{self.name}"

    @contextmanager
    def activated(self, now: datetime = NOW) -> Iterator[None]:
        """Let everything happen in this world, where the clock stands still."""
        with ExitStack() as inside:
            inside.enter_context(_connected_to(self.database))
            inside.enter_context(
                override_settings(
                    STATE_DIR=self.folder,
                    MEDIA_ROOT=self.folder / "files",
                    PASSWORD_HASHERS=QUICK,
                )
            )
            inside.enter_context(clock.at(now))
            if self.swapped:
                swap_arms(inside.enter_context(pytest.MonkeyPatch.context()))
            yield


@contextmanager
def _connected_to(database: str) -> Iterator[None]:
    both = [connections[alias] for alias in ("default", "owner")]
    before = [connection.settings_dict["NAME"] for connection in both]
    _switch(both, [database] * len(both))
    try:
        yield
    finally:
        _switch(both, before)


def _switch(both: list[Any], names: list[str]) -> None:
    forget_keys()
    for connection, name in zip(both, names, strict=True):
        connection.close()
        connection.settings_dict["NAME"] = name


def create_world(
    name: str,
    folder: Path,
    *,
    swapped: bool,
    participants: int = PARTICIPANTS,
    habits: Mapping[Product, PharmacyHabits] = BY_PRODUCT,
) -> World:
    world = World(name, folder, swapped)
    servers.clean_database(world.database)
    with world.activated():
        simulate(participants=participants, seed=SEED, until=UNTIL, habits=habits)
        world.stored = dict(tables())
    return world


def go_on(world: World) -> World:
    """Let unblinded staff do more on one arm, and blinded staff go on after them."""
    with world.activated(), chance.seeded("go on"):
        _go_on()
    return world


def swap_arms(patch: pytest.MonkeyPatch) -> None:
    """Let every list be drawn with the arms exchanged."""

    def swapped(**options: Any) -> tuple[lists.ListRow, ...]:
        first, second = sorted(options["arms"])
        exchange = {first: second, second: first}
        rows = GENERATE(**options)
        return tuple(
            lists.ListRow(row.seq, row.block, row.block_size, exchange[row.arm])
            for row in rows
        )

    patch.setattr(lists, "generate", swapped)


def staff() -> dict[str, User]:
    """The accounts of the simulated trial, by the key of the cast."""
    users = {user.username: user for user in User.objects.all()}
    return {member.key: users[member.username] for member in DEMO_USERS}


def randomized_participants() -> list[Participant]:
    return list(Participant.objects.filter(forms__code="RAN").distinct())


def favoured() -> list[Participant]:
    arms = arms_of(randomized_participants())
    return [
        participant
        for participant in randomized_participants()
        if arms[participant.pk] == FAVOURED
    ]


def _go_on() -> None:
    accounts = staff()
    for participant in favoured():
        _unblinded_work(participant, accounts)
    _move_stock(accounts["up"])
    for participant in randomized_participants()[:4]:
        _blinded_work(participant, accounts)
        _blood_to_judge(participant, accounts["co"])
    _break_code(randomized_participants()[1], accounts["in"])
    _late_case(randomized_participants()[0], accounts["in"])
    _monitor(randomized_participants()[0], accounts)
    export = request_export(forms=["AE", "INF"], language="en", by=accounts["mo"])
    make_export.apply((export.key,), throw=True)
    _import_files(accounts)
    _propose_lock(accounts["dm"])
    run_checks(propose_run("A check was added.", by=accounts["dm"]).pk)
    deliver_queued.apply()
    for key in FEED_READERS:
        with chance.seeded(f"feed {key}"):
            make_feed(by=accounts[key])


def _unblinded_work(participant: Participant, accounts: Mapping[str, User]) -> None:
    """Add rows of each kind that blinded forms have too: forms, queries, marks."""
    deviation = form_instances.add_row(participant, "DVP", by=accounts["up"])
    save(deviation, {"description": "viability of cells"}, by=accounts["up"])
    for record in FormInstance.objects.filter(participant=participant, code="PRD"):
        query = review.raise_query(record, "lot", "Which?", by=accounts["um"])
        review.answer_query(query, "This one.", by=accounts["up"])
        review.verify(
            record, ["product"], shown_revision=revision(record), by=accounts["um"]
        )


def _move_stock(by: User) -> None:
    for lot in LotRecord.objects.all():
        if lot.content["product"] == FAVOURED and balance(lot.content["movements"]):
            kind, now = MovementKind.DESTROYED, clock.now().isoformat()
            lots.record_movement(lot, kind=kind, amount="1", at=now, by=by)


def _blinded_work(participant: Participant, accounts: Mapping[str, User]) -> None:
    """Add a form, a query with its steps, a mark, a signature, a draft, a file."""
    event = form_instances.add_row(participant, "AE", by=accounts["in"])
    randomized_at = casebook_of(participant).value("RAN", "randomised_at")
    onset = randomized_at.astimezone(dates.SITE_TZ).strftime("%Y-%m-%dT%H:%M")
    save(event, {"term": "Cough", "onset": onset, "serious": "N"}, by=accounts["in"])
    query = review.raise_query(event, "term", "Since when?", by=accounts["mo"])
    review.answer_query(query, "Since yesterday.", by=accounts["co"])
    consent = FormInstance.objects.filter(participant=participant, code="CNS").latest(
        "occurrence"
    )
    review.verify(
        consent, ["decision"], shown_revision=revision(consent), by=accounts["mo"]
    )
    upload = SimpleUploadedFile("scan.pdf", PDF)
    key = files.store(consent, "signed_scan", upload, by=accounts["co"])
    save(consent, {"signed_scan": key}, by=accounts["co"])
    typed = {"term": ["Cough at nig"]}
    autosaves.keep(
        event, typed, page_load=UUID(int=1), based_on=1, author=accounts["co"]
    )


def _blood_to_judge(participant: Participant, by: User) -> None:
    """A value outside the range, of which nobody has said what it means."""
    infused_at = infusion_started_at(casebook_of(participant), 1)
    if infused_at is None:
        return
    laboratory = Laboratory.objects.get(code="central")
    panel = form_instances.add_row(participant, "LAB", by=by, visit="D0")
    sampled_at = infused_at + timedelta(hours=1)
    head = {"sampled_at": sampled_at, "laboratory": laboratory.pk}
    save(panel, {**head, "potassium": ("5.9", "mmol/L")}, by=by)


def _monitor(participant: Participant, accounts: Mapping[str, User]) -> None:
    """Draw the sample; do a visit with a finding, an action and a signed report."""
    review.draw_sample(by=accounts["mo"])
    today, by = clock.today(), accounts["mo"]
    visit = visits.plan_visit(kind="routine", planned_on=today, by=by)
    done = {"started_on": today, "ended_on": today}
    visits.record_done(visit, **done, people_met="Dr Li", letter="Thanks.", by=by)
    about = {"participant": participant, "code": "AE", "text": "A page is missing."}
    visits.note_finding(visit, category="data", severity="major", **about, by=by)
    owner = accounts["co"]
    visits.note_action(visit, task="File it.", owner=owner, due_on=today, by=by)
    visit.refresh_from_db()
    shown = reports.digest_of(reports.content_of(visit))
    proof = ReAuthenticated(by.pk, clock.now())
    reports.sign_report(visit, shown=shown, proof=proof, by=by)


def _import_files(accounts: Mapping[str, User]) -> None:
    """Register a source; import one file whole, and preview another one."""
    source, credential = stage.source(
        accounts["dm"],
        accounts["pi"],
        laboratory=Laboratory.objects.get(code="central"),
    )
    for line, participant in enumerate(randomized_participants()[:2], 1):
        taken_at = (clock.now() - timedelta(days=line)).strftime("%Y-%m-%d %H:%M")
        content = stage.csv(f"{participant.number},CREA,{taken_at},118,umol/L")
        file = stage.previewed((source, credential), content, by=accounts["co"])
        if line == 1:
            storing.confirm(file, None, by=accounts["co"])
            storing.store_file(file.pk)


def _break_code(participant: Participant, by: User) -> None:
    kind, why = CodeBreakKind.EMERGENCY, CodeBreakCategory.TREATMENT
    account = CodeBreakDetails(kind, why, "Anaphylaxis", "Dr Wang")
    proof = ReAuthenticated(by.pk, clock.now())
    code_breaks.break_code(participant, account, proof=proof, by=by)


def _propose_lock(by: User) -> None:
    """Propose over the report as it is, also over what must be settled first."""
    with attributed(by=by, via=Source.PAGE):
        LockProposal.objects.create(
            action="lock", reason="the end", report=readiness().stored, entered_by=by
        )


def _late_case(participant: Participant, by: User) -> None:
    """Enter a case of the register that is written to under the lock; here without."""
    now = clock.now()
    with attributed(by=by, via=Source.PAGE):
        LateCase.objects.create(
            participant=participant,
            term="Lymphoma",
            onset="2026",
            aware_at=now,
            seriousness=["important"],
            outcome="unknown",
            narrative="Found elsewhere.",
            entered_at=now,
            entered_by=by,
            sponsor_aware_at=now,
        )
