"""Forms that a pregnancy opens, and their withdrawal."""

from record.audit.attribution import Source
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook
from record.casebook.models import Participant
from safety.facts import events
from safety.reports.services import reports as services
from safety.vocabulary import PregnantPerson, Seriousness
from trial_edc.vocabulary import YesNo


def ensure_pregnancy_form(saved: Saved) -> None:
    if YesNo.YES in (saved.data.get("pregnancy"), saved.before.get("pregnancy")):
        sync_pregnancy_form(saved.participant, saved.casebook, saved.via)


def sync_pregnancy_form(
    participant: Participant, casebook: Casebook, via: Source
) -> None:
    who = PregnantPerson.PARTICIPANT
    own = [row.form_id for row in casebook.rows("PRG") if row.get("who") == who]
    if not any(event.get("pregnancy") == YesNo.YES for event in events(casebook)):
        services.strike_untouched_rows(own, via=via)
    elif not own:
        services.open_log_row(participant, "PRG", {"who": who.value}, via=via)


def report_anomaly(saved: Saved) -> None:
    """A congenital anomaly is a serious event."""
    if YesNo.YES in (saved.data.get("anomaly"), saved.before.get("anomaly")):
        sync_anomaly_event(saved.participant, saved.casebook, saved.via)


def sync_anomaly_event(
    participant: Participant, casebook: Casebook, via: Source
) -> None:
    anomaly_events = [
        event.form_id
        for event in events(casebook)
        if Seriousness.CONGENITAL in (event.get("seriousness") or ())
    ]
    if not any(row.get("anomaly") == YesNo.YES for row in casebook.rows("PRG")):
        services.strike_untouched_rows(anomaly_events, via=via)
    elif not anomaly_events:
        values = {"serious": "Y", "seriousness": [Seriousness.CONGENITAL.value]}
        services.open_log_row(participant, "AE", values, via=via)
