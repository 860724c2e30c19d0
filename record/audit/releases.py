"""Which software and which settings of the trial were in force: acts of the trail.

Every entry after it was written by that version, until the next one is noted.
"""

from record.audit.attribution import Process, Source, act, attributed
from record.audit.models import Entry
from trial_edc import __version__
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

ACT = "release_in_force"
RELEASE = Process("release")


@implements("VAL-02")
def record_release() -> bool:
    running = {"software": __version__, "protocol": PROTOCOL.version}
    last = Entry.objects.filter(operation=Entry.Operation.ACT, act=ACT).last()
    if last and last.changes == running:
        return False
    with attributed(by=RELEASE, via=Source.TASK):
        act(ACT, details=running)
    return True
