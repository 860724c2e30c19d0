"""What follows from each save and event, in the order in which it happens.

It all runs in the transaction of the save, also of a draft. A line of a form names the
items whose change calls it, none means any; a form that a consequence saves has its own
lines. Rows of a table that are saved together call a joint line once, others one by
one. `docs/architecture.md` shows the place of this in a save.
"""

from enrollment.consent import consequences as consent
from enrollment.consent.facts.reconsent import CODES as STANDING_FORMS
from enrollment.contact import consequences as contact
from enrollment.eligibility import consequences as eligibility
from enrollment.identity import consequences as identity
from enrollment.screening import consequences as screening
from enrollment.standing import consequences as standing
from exports import consequences as exports
from outcomes import consequences as outcomes
from randomization.allocation import consequences as allocation
from randomization.code_breaks import consequences as code_breaks
from randomization.code_breaks.selectors.unblinding import has_learned_arm
from randomization.models.randomization_record import FROZEN
from randomization.product import consequences as product
from record.accounts.events import (
    AccountChanged,
    AccountChangeProposed,
    AccountLocked,
    PasswordLinkNeeded,
    RoleLeft,
)
from record.audit.floods import TriesFlooded
from record.capture.events import (
    DeviationFound,
    EligibilityConfirmed,
    FormReturned,
    FormSigned,
    Randomized,
    RowStruck,
)
from record.capture.save_hooks import jointly_on_items, on_items
from record.notices import consequences as notices
from safety.deaths import consequences as deaths
from safety.events import consequences as adverse_events
from safety.pregnancy import consequences as pregnancy
from safety.reports import consequences as reports
from visits.calendar import consequences as calendar
from visits.deviations import consequences as deviations
from visits.infusions import consequences as infusions
from visits.judgements import consequences as judgements
from visits.judgements.selectors import FORMS as JUDGED_FORMS
from visits.outlooks import consequences as outlooks
from visits.reminders import consequences as reminders
from visits.schedule import consequences as schedule
from visits.schedule.facts import FORMS as SCHEDULE_FORMS

# Who of a blinded role may know an arm, and so names none in a text.
ARM_KNOWLEDGE = (has_learned_arm,)

CORRECTION = (jointly_on_items(eligibility.report_correction),)

# What lists ask often, kept beside the forms that it follows from.
EVIDENCE_FORMS = ("DEM", "ELG", "CRE", "URI", "VIT", "LAB", "IST")
OTHER_VISIT_FORMS = ("VIT", "LAB", "O28", "OM3")
COPIES = (
    (STANDING_FORMS, on_items(standing.keep_standing)),
    (EVIDENCE_FORMS, jointly_on_items(standing.keep_standing_of_confirmed)),
    ((*SCHEDULE_FORMS, "VSI"), on_items(outlooks.keep_outlooks)),
    (OTHER_VISIT_FORMS, on_items(outlooks.keep_outlooks_of_begun_visit)),
    (("CRE",), on_items("sample_at", outlooks.keep_outlooks)),
    (("CAL",), on_items("at", "reached", outlooks.keep_outlooks)),
    (JUDGED_FORMS, on_items(judgements.keep_values_to_judge)),
)

ACTS = {
    "SCN": (
        on_items("age_years", "sex", "approached_at", screening.recheck_demographics),
        on_items("sex", "approached_at", identity.ask_about_birth),
        on_items("screening_closed_at", screening.freeze_failed_criteria),
        on_items("failed_criteria", screening.protect_failed_criteria),
        jointly_on_items("screen_failure_reason", deaths.ensure_death_form),
    ),
    "CNS": (
        on_items("obtained_by", "decided_at", consent.require_delegation),
        on_items("version", "decided_at", consent.require_version_in_force),
        on_items("kind", "decision", consent.open_or_end_screening),
        *CORRECTION,
        on_items(
            "kind",
            "decision",
            "decided_at",
            "channel",
            "recipient",
            reminders.recheck_messages,
        ),
    ),
    "CTC": (
        on_items("hospital_no", contact.store_person_key),
        on_items("opted_out_at", "phones", "email", reminders.recheck_messages),
    ),
    "DEM": (
        *CORRECTION,
        on_items("birth_date", "sex", identity.ask_about_birth),
    ),
    **dict.fromkeys(("ELG", "CRE", "URI", "VIT", "LAB", "IST"), CORRECTION),
    "RAN": (on_items(*FROZEN, allocation.keep_randomization_record),),
    "IRQ": (
        on_items("decision", product.clear_due_date_of_withdrawn_request),
        on_items("decision", infusions.mark_unneeded_time_points),
        on_items("decision", "reason", infusions.find_second_infusion_refused),
        jointly_on_items("decision", schedule.recalculate_due_dates),
        jointly_on_items("decision", deviations.review_deviations),
        jointly_on_items("reason", deaths.ensure_death_form),
    ),
    "PRD": (
        on_items("lot", "product", "as_allocated", product.check_product),
        on_items(
            "lot",
            "containers",
            "out_of_storage_at",
            "prepared_at",
            product.dispense_containers,
        ),
        on_items("handed_over_at", "handed_to", product.require_handover),
    ),
    "INF": (
        on_items(
            "cover_intact", "participant_saw", code_breaks.enter_accidental_code_break
        ),
        on_items("started_at", "given", infusions.anchor_schedule),
        on_items(
            "started_at", "stopped_at", "given", infusions.mark_unneeded_time_points
        ),
        on_items("not_given_reason", infusions.find_second_infusion_not_given),
        on_items("cover_intact", "participant_saw", infusions.find_blinding_at_risk),
        jointly_on_items(
            "given",
            "started_at",
            "cover_intact",
            "participant_saw",
            deviations.review_deviations,
        ),
        on_items("reaction", adverse_events.open_reaction_event),
        jointly_on_items("not_given_reason", deaths.ensure_death_form),
    ),
    "VSI": (jointly_on_items("not_done_reason", deaths.ensure_death_form),),
    "VIS": (
        on_items("performed", "visit_date", "mode", deviations.find_visit_deviations),
        on_items(
            "appointment_at", "performed", "visit_date", reminders.recheck_messages
        ),
        jointly_on_items("performed", "visit_date", deviations.review_deviations),
    ),
    "STY": (
        jointly_on_items("hospital", "in_at", "out_at", schedule.recalculate_due_dates),
        jointly_on_items("hospital", "in_at", "out_at", deviations.review_deviations),
        jointly_on_items("out_to", deaths.ensure_death_form),
    ),
    "RRT": (jointly_on_items("stop_reason", deaths.ensure_death_form),),
    "AE": (
        on_items("serious", reports.open_report),
        jointly_on_items("grade", "outcome", "seriousness", deaths.ensure_death_form),
        on_items("pregnancy", pregnancy.ensure_pregnancy_form),
    ),
    "SAE": (on_items("aware_at", reports.restart_clock),),
    "SPA": (on_items("sponsor_aware_at", reports.require_reason_for_later_awareness),),
    "PRG": (on_items("anomaly", pregnancy.report_anomaly),),
    "DTH": (
        jointly_on_items("death_on", schedule.recalculate_due_dates),
        on_items("death_on", reminders.recheck_messages),
        jointly_on_items("death_on", deviations.review_deviations),
        on_items("death_on", deaths.report_death),
    ),
    "WDR": (
        jointly_on_items("kind", "on", schedule.recalculate_due_dates),
        on_items("kind", "on", reminders.recheck_messages),
        jointly_on_items("kind", "on", deviations.review_deviations),
        on_items("kind", "on", outcomes.apply_withdrawal),
    ),
    "CAL": (jointly_on_items("result", deaths.ensure_death_form),),
    "OM3": (on_items(outcomes.ensure_end_of_study),),
}
ON_SAVE = {
    code: ACTS.get(code, ()) + tuple(hook for codes, hook in COPIES if code in codes)
    for code in {*ACTS, *(code for codes, _hook in COPIES for code in codes)}
}

ON_EVENT = {
    AccountChanged: (calendar.end_feed, notices.notify_of_account_change),
    AccountChangeProposed: (notices.notify_of_account_proposal,),
    AccountLocked: (notices.notify_of_lockout,),
    TriesFlooded: (notices.notify_of_flood,),
    PasswordLinkNeeded: (notices.mail_password_link,),
    RoleLeft: (exports.keep_reader_of_site, notices.notify_of_empty_role),
    EligibilityConfirmed: (standing.keep_standing_of_participant,),
    Randomized: (
        schedule.create_visit_forms,
        outlooks.keep_outlooks_of_randomized,
        standing.keep_standing_of_participant,
    ),
    FormSigned: (
        product.create_record_of_signed_request,
        schedule.recalculate_after_signature,
        outlooks.keep_outlooks_after,
    ),
    FormReturned: (
        reports.refuse_returning_sent_reports,
        eligibility.withdraw_confirmation,
        schedule.recalculate_after_signature,
        outlooks.keep_outlooks_after,
        standing.keep_standing_after,
        judgements.keep_values_to_judge_after,
    ),
    DeviationFound: (deviations.enter_deviation,),
    RowStruck: (
        screening.require_unused_screening,
        eligibility.report_struck_row,
        schedule.recalculate_after_strike,
        deviations.review_deviations_after_strike,
        reports.refuse_striking_sent_reports,
        adverse_events.undo_struck_row,
        outcomes.reapply_after_strike,
        outlooks.keep_outlooks_after,
        standing.keep_standing_after,
        judgements.keep_values_to_judge_after,
    ),
}
