"""The log of renal replacement therapy."""

from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.conditions import Answer, Answered
from record.casebook.design import Log
from record.casebook.items import Section
from record.casebook.models import CRF
from trial_edc.vocabulary import YesNo
from visits.logs import vocabulary as logs

COURSE_OF_SESSIONS = Answer("row_kind", logs.RrtRow.COURSE) & Answer(
    "modality", logs.Modality.IHD, logs.Modality.SLED
)


class RenalReplacement(CRF):
    """A session or a course, from admission to month 3, wherever it was given."""

    row_kind = items.Choice(_("Session or course"), logs.RrtRow, required=True)
    modality = items.Choice(
        _("Modality"), logs.Modality, required=True, sdtm="PR.PRTRT", cdash="PRTRT"
    )
    started_at = items.PartialDate(
        _("Start"), with_time=True, required=True, sdtm="PR.PRSTDTC", cdash="PRSTDAT"
    )
    ongoing = items.YesNo(_("Ongoing?"), required=True, cdash="PRONGO")
    ended_at = items.PartialDate(
        _("End"),
        with_time=True,
        only_if=Answer("ongoing", YesNo.NO),
        required=True,
        sdtm="PR.PRENDTC",
        cdash="PRENDAT",
    )
    sessions_per_week = items.Number(
        _("Sessions a week"),
        only_if=COURSE_OF_SESSIONS,
        required=True,
        hard=(1, 7),
        guide=_("A course counts as renal replacement on each of its days."),
    )
    unplanned = items.YesNo(_("Unplanned?"), required=True)
    indication = items.MultipleChoice(
        _("Indication"), logs.RrtIndication, required=True, sdtm="PR.PRINDC"
    )
    place = items.Choice(_("Where"), logs.Hospital, required=True, sdtm="PR.PRLOC")
    source = items.Choice(_("Source"), logs.RowSource, required=True)
    stop_reason = items.Choice(
        _("Why it ended"),
        logs.RrtStopReason,
        only_if=Answered("ended_at"),
        required=True,
    )

    class Meta(CRF.Meta):
        pass

    class Design:
        order = 100
        code, title = "RRT", _("Renal replacement therapy log")
        sections = (
            Section(_("Kind"), "row_kind", "modality", "sessions_per_week"),
            Section(_("Time"), "started_at", "ongoing", "ended_at", "stop_reason"),
            Section(_("Circumstances"), "unplanned", "indication", "place", "source"),
        )
        collected = Log()
        row_title = ("modality", "started_at")
        row_key = ("modality", "started_at")
        is_table = True
