"""Advisory locks: each has a number that no other has."""

from pathlib import Path

from record.accounts.services import strangers
from trial_edc import locks
from trial_edc.rooms import PROJECT

LOCK = "pg_advisory_xact_lock("
FLOORS = ("trial_edc", "record", "enrollment", "randomization", "visits", "safety")
FACES = ("outcomes", "entry", "imports", "monitoring", "exports")


def test_no_module_takes_a_lock_by_a_number_of_its_own():
    takers = {
        path
        for floor in (*FLOORS, *FACES)
        for path in (PROJECT / floor).rglob("*.py")
        if LOCK in path.read_text(encoding="utf-8")
    }

    # That of a name is the name's hash.
    assert takers == {Path(locks.__file__), Path(strangers.__file__)}
