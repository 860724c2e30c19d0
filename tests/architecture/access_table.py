"""Which role may open which page: the written role matrix.

One row a URL name; a page without a row fails the build, and so does a row without a
page. `roles` are those that must get in; all others must get 403 (404 where a row says
`hidden`: a restricted record shows not even by its absence). `kwargs` builds what the
address needs, from the one world of the test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from record.accounts.models import User
from record.accounts.roles import Role


@dataclass(frozen=True)
class World:
    """What the addresses of the sample pages may point to."""

    people: Mapping[str, User]

    @property
    def somebody(self) -> User:
        return self.people["CO"]


@dataclass(frozen=True)
class Row:
    """Who may open a page."""

    roles: frozenset[str]
    kwargs: Callable[[World], dict[str, Any]] = lambda _world: {}
    hidden: bool = False
    public: bool = False


def everybody(**options: Any) -> Row:
    return Row(frozenset(role.value for role in Role), **options)


def public(**options: Any) -> Row:
    """Return a row that opens a page without a session."""
    return everybody(public=True, **options)


def only(roles: str, **options: Any) -> Row:
    """Return a row that opens a page to the roles named, as in `only("CO IN PI")`."""
    return Row(frozenset(roles.split()), **options)


def _account(world: World) -> dict[str, Any]:
    return {"user_id": world.somebody.pk}


def _number(_world: World) -> dict[str, Any]:
    return {"number": "S-001R"}


def _blank_form(_world: World) -> dict[str, Any]:
    return {"kind": "blank", "language": "en", "code": "AE"}


def _casebook_pdf(_world: World) -> dict[str, Any]:
    return {"number": "S-001R", "language": "en"}


def _query(_world: World) -> dict[str, Any]:
    return {"query_id": 1}


def _run(_world: World) -> dict[str, Any]:
    return {"run_id": 1}


def _proposal(_world: World) -> dict[str, Any]:
    return {"proposal_id": 1}


def _first(_world: World) -> dict[str, Any]:
    return {"pk": 1}


def _export(_world: World) -> dict[str, Any]:
    return {"key": "0" * 32}


def _lock_check(_world: World) -> dict[str, Any]:
    return {"name": "drafts"}


def _listing(_world: World) -> dict[str, Any]:
    return {"name": "events"}


def _report(_world: World) -> dict[str, Any]:
    return {"name": "late"}


def _key(_world: World) -> dict[str, Any]:
    return {"key": 1}


def _report_version(world: World) -> dict[str, Any]:
    return {**_first(world), "version": 1}


def _log(world: World) -> dict[str, Any]:
    return {**_number(world), "code": "CRE"}


def _item(world: World) -> dict[str, Any]:
    return {**_first(world), "item": "weight_kg"}


BINDER_READERS = "CO IN PI BN MO DM BR UP PN UM SO"
MONITORING_READERS = "PI MO DM BR SO"
EXPORTERS = "IN PI MO DM BR"
PRINTERS = "CO IN PI MO DM BR"
FILE_READERS = "CO IN PI MO DM BR"
TRAIL_READERS = "CO IN PI MO DM BR UP PN UM AD"
CASEBOOK_READERS = "CO IN PI BN MO DM BR UM"


def _infusion(world: World) -> dict[str, Any]:
    return {**_number(world), "visit": "D0"}


def _visit(world: World) -> dict[str, Any]:
    return {**_infusion(world), "place": 0}


def _act(world: World) -> dict[str, Any]:
    return {**_infusion(world), "act": "start"}


def _import(_world: World) -> dict[str, Any]:
    return {"import_id": 1}


def _import_source(_world: World) -> dict[str, Any]:
    return {"code": "central-lis"}


ACCESS: dict[str, Row] = {
    # No room's own
    "healthz": public(),
    "set_language": public(),
    "gallery": everybody(),
    # accounts
    "accounts:sign_in": public(),
    "accounts:recover": public(),
    "accounts:verify": everybody(),  # public, but it needs the password given before
    "accounts:second_factor": everybody(),
    "accounts:passkeys": everybody(),
    "accounts:new_passkey": everybody(),
    "accounts:own_passkey": everybody(),  # public, as the code of an app
    "accounts:remove_passkey": everybody(kwargs=lambda _world: {"passkey_id": 1}),
    "accounts:revoke_second_factor": only("AD", kwargs=_account),
    "accounts:set_password": public(
        kwargs=lambda _world: {"uidb64": "MQ", "token": "used-already"}
    ),
    "accounts:sign_out": everybody(),
    "accounts:change_password": everybody(),
    "accounts:acknowledge": only("IN PI MO UP PN SO"),
    "accounts:preferences": everybody(),
    "accounts:keep_alive": everybody(),
    "accounts:users": only("AD"),
    "accounts:add": only("AD"),
    "accounts:edit": only("AD", kwargs=_account),
    "accounts:set_role": only("AD", kwargs=_account),
    "accounts:deactivate": only("AD", kwargs=_account),
    "accounts:reactivate": only("AD", kwargs=_account),
    "accounts:reset_password": only("AD", kwargs=_account),
    "accounts:unlock": only("AD", kwargs=_account),
    "accounts:access_report": only("PI AD"),
    "accounts:download_access": only("PI AD"),
    "accounts:review_access": only("PI AD"),
    "accounts:sessions": only("AD"),
    "accounts:end_session_of": only("AD"),
    "accounts:end_own_sessions": everybody(),
    "accounts:sign_in_history": only("AD"),
    "accounts:proposals": only("AD PI"),
    "accounts:approve_proposal": only("AD PI", kwargs=_proposal),
    "lock:database": only("DM PI"),
    "lock:forms": only("MO DM UM"),
    "lock:check": only("DM PI", kwargs=_lock_check),
    "lock:proposal": only("DM PI", kwargs=_first),
    "lock:withdraw": only("DM PI", kwargs=_first),
    "accounts:withdraw_proposal": only("AD PI", kwargs=_proposal),
    # entry: which participants and forms a role sees is the selectors' answer
    "entry:my_work": everybody(),
    "entry:matrix": only(BINDER_READERS),
    "entry:find": only(BINDER_READERS),
    "entry:casebook": only(BINDER_READERS, kwargs=_number),
    "entry:sign_several": only("IN PI"),
    "entry:sign_casebook": only("IN PI", kwargs=_number),
    "entry:sign_visit": only("IN PI", kwargs=_visit),
    "entry:log": only(BINDER_READERS, kwargs=_log),
    "entry:add_row": only(BINDER_READERS, kwargs=_log),
    "entry:paste_rows": only(BINDER_READERS, kwargs=_log),
    "entry:open_form": only(
        BINDER_READERS, kwargs=lambda world: {**_number(world), "code": "DTH"}
    ),
    "entry:form": only(BINDER_READERS, kwargs=_first),
    "entry:autosave": only(BINDER_READERS, kwargs=_first),
    "entry:discard": only(BINDER_READERS, kwargs=_first),
    "entry:move": only("CO IN PI", kwargs=_first),
    "entry:strike": only(BINDER_READERS, kwargs=_first),
    "entry:panel": only(BINDER_READERS, kwargs=_item),
    "entry:form_queries": only(BINDER_READERS, kwargs=_first),
    "entry:file": only(BINDER_READERS, kwargs=_item),
    "entry:sign": only("IN PI UP PN SO", kwargs=_first),
    "entry:verify_form": only("MO UM", kwargs=_first),
    "entry:withdraw_verification": only("MO UM", kwargs=_first),
    "entry:verify_rows": only("MO UM", kwargs=_log),
    "entry:back_to_draft": only(BINDER_READERS, kwargs=_first),
    "entry:not_done": only(BINDER_READERS, kwargs=_first),
    "entry:from_paper": only(BINDER_READERS, kwargs=_first),
    "entry:close": only("MO DM UM", kwargs=_first),
    # entry: files of laboratories
    "imports:files": only(FILE_READERS),
    "imports:file": only(FILE_READERS, kwargs=_import),
    "imports:progress": only(FILE_READERS, kwargs=_import),
    "imports:report": only(FILE_READERS, kwargs=_import),
    "imports:upload": only("CO IN PI"),
    **{
        f"imports:{deed}": only("CO IN PI", kwargs=_import)
        for deed in (
            "mapping",
            "confirm",
            "discard",
            "leave_out",
            "resume",
            "original",
        )
    },
    "imports:sources": only("DM PI"),
    **{
        f"imports:{act}": only("DM", kwargs=_import_source)
        for act in ("issue_source", "revoke_source")
    },
    "imports:source": only("DM PI", kwargs=_import_source),
    "imports:approve_source": only("PI", kwargs=_import_source),
    "imports:receive": public(),
    # monitoring
    "monitoring:dashboard": only("CO IN PI MO DM BR SO"),
    "monitoring:proof_of_record": only("CO IN PI MO DM BR SO"),
    "monitoring:listings": only("CO IN PI MO DM BR SO"),
    "monitoring:listing": only("CO IN PI MO DM BR SO", kwargs=_listing),
    "monitoring:download_listing": only("CO IN PI MO DM BR SO", kwargs=_listing),
    "monitoring:trail:entries": only(TRAIL_READERS),
    "monitoring:trail:download": only("IN PI MO DM BR AD"),
    "monitoring:trail:save_filter": only(TRAIL_READERS),
    "monitoring:trail:remove_filter": only(
        TRAIL_READERS, kwargs=lambda _world: {"key": 1}
    ),
    "monitoring:trail:reports": only("CO IN PI MO DM BR"),
    "monitoring:trail:report": only("CO IN PI MO DM BR", kwargs=_report),
    "monitoring:trail:review": only("MO DM", kwargs=_report),
    "monitoring:trail:participant": only(TRAIL_READERS, kwargs=_number),
    "monitoring:trail:form": only(TRAIL_READERS, kwargs=_first),
    "monitoring:trail:item": only(TRAIL_READERS, kwargs=_item),
    "monitoring:visits:visits": only(MONITORING_READERS),
    "monitoring:visits:visit": only(MONITORING_READERS, kwargs=_first),
    "monitoring:visits:actions": only("CO IN PI BN MO DM BR SO"),
    "monitoring:visits:close_action": only("CO IN PI BN MO DM BR SO", kwargs=_key),
    "monitoring:visits:report": only(MONITORING_READERS, kwargs=_report_version),
    "monitoring:visits:report_pdf": only(MONITORING_READERS, kwargs=_report_version),
    **{
        f"monitoring:visits:{act}": only("MO", kwargs=_first)
        for act in ("done", "cancel", "finding", "action", "sign_report")
    },
    "monitoring:visits:withdraw_finding": only("MO", kwargs=_key),
    # notices
    "notices:outbox": only("CO IN PI AD"),
    "notices:clocks": only("AD"),
    "notices:resend": only("CO IN PI", kwargs=lambda _world: {"message_id": 1}),
    # backup
    "backup:backups": only("AD"),
    # enrollment: roles that read only a part of the casebooks see no screening
    "enrollment:screening_log": only("CO IN PI MO DM BR UM"),
    "enrollment:consent_versions": only("CO IN PI MO DM BR UM"),
    "enrollment:approve_version": only("PI", kwargs=_first),
    "enrollment:register": only("CO IN PI"),
    "enrollment:eligibility": only("CO IN PI MO DM BR UM", kwargs=_number),
    "enrollment:frozen": only("CO IN PI MO DM BR UM", kwargs=_number),
    "enrollment:rescreen": only("CO IN PI", kwargs=_number),
    "enrollment:identity": only("CO IN PI", kwargs=_number),
    "enrollment:close": only("CO IN PI", kwargs=_number),
    # randomization
    "randomization:randomize": only("CO IN PI", kwargs=_number),
    "randomization:in_error": only("IN PI", kwargs=_number),
    "randomization:break_code": only("IN PI SO", kwargs=_number),
    "randomization:restricted_part": only("UM"),
    "randomization:opened_code": only("IN PI LC"),
    "randomization:show_arm": only("IN PI", kwargs=_number),
    "randomization:code_breaks": only("CO IN PI MO DM UP PN UM SO"),
    "randomization:record_code_break": only("CO IN PI UP PN SO"),
    "randomization:study": only("CO IN PI BN MO DM BR UP PN UM LC US SO"),
    "randomization:go_live": only("PI SO AD"),
    "randomization:infusion_plan": only("PI SO"),
    "randomization:approve_plan": only("PI SO", kwargs=_first),
    "randomization:change_status": only("PI SO"),
    "randomization:confirm_status": only("PI SO", kwargs=_first),
    "randomization:allocation_lists": only("LC US"),
    "randomization:generate": only("LC"),
    "randomization:import_list": only("LC"),
    "randomization:verify": only("LC"),
    "randomization:approve": only("US", kwargs=_first),
    "randomization:seal": only("LC", kwargs=_first),
    "randomization:destroy": only("LC", kwargs=_first),
    "randomization:preparations": only("UP PN UM"),
    "randomization:preparation": only("UP PN UM", kwargs=_first),
    "randomization:label": only("UP PN", kwargs=_first),
    "randomization:lots": only("UP PN UM"),
    "randomization:add_lot": only("UP PN"),
    "randomization:lot": only("UP PN UM", kwargs=_first),
    # safety
    "safety:reports": only("CO IN PI MO DM BR UM SO"),
    "safety:coding": only("DM PI"),
    "safety:dictionaries": only("DM PI"),
    "safety:choose_code": only("DM", kwargs=lambda _world: {"form_id": 1}),
    "safety:approve_code": only("PI", kwargs=_first),
    "safety:reconciliation": only("CO IN PI MO DM BR UM SO"),
    "safety:upload_safety_list": only("MO DM SO"),
    "safety:accept_difference": only("MO DM SO", kwargs=_number),
    "safety:withdraw_acceptance": only("MO DM SO", kwargs=_first),
    "safety:late_cases": only("CO IN PI MO DM BR UM SO"),
    "safety:late_case": only("CO IN PI MO DM BR UM SO", kwargs=_first),
    "safety:add_late_case": only("IN PI SO"),
    "safety:change_late_case": only("IN PI SO", kwargs=_first),
    "safety:assess_late_case": only("SO", kwargs=_first),
    "safety:send": only("IN PI", kwargs=lambda _world: {"form_id": 1}),
    "safety:follow_up": only("CO IN PI", kwargs=lambda _world: {"form_id": 1}),
    "safety:cases": only("SO"),
    "safety:cioms": only(
        "CO IN PI MO DM BR UM SO", kwargs=lambda _world: {"form_id": 1}
    ),
    "safety:cioms_unblinded": only("SO", kwargs=lambda _world: {"form_id": 1}),
    # review: which queries and forms a role sees is the selectors' answer
    "review:queries": only("CO IN PI BN MO DM UP PN UM SO"),
    "review:query": only("CO IN PI BN MO DM UP PN UM SO", kwargs=_query),
    "review:step": only("CO IN PI BN MO DM UP PN UM SO", kwargs=_query),
    "review:assign": only("MO DM UM SO", kwargs=_query),
    "review:together": only("MO DM UM SO"),
    "review:download_queries": only("CO IN PI BN MO DM UP PN UM SO"),
    "review:ask": only("MO DM SO", kwargs=_number),
    "review:verification": only("MO UM"),
    "review:draw_sample": only("MO"),
    # capture: runs of the edit checks
    "capture:check_runs": only("DM PI"),
    "capture:check_run": only("DM PI", kwargs=_run),
    "capture:check_run_progress": only("DM PI", kwargs=_run),
    "capture:approve_check_run": only("PI", kwargs=_run),
    # exports
    "exports:exports": only(EXPORTERS),
    "exports:unblinded": only("US"),
    "exports:blank_forms": only(BINDER_READERS),
    "exports:blank_form_pdf": only(BINDER_READERS, kwargs=_blank_form),
    "exports:casebooks": only(EXPORTERS),
    "exports:casebook": only(PRINTERS, kwargs=_number),
    "exports:casebook_pdf": only(PRINTERS, kwargs=_casebook_pdf),
    "exports:export": only(f"{EXPORTERS} US", kwargs=_export),
    "exports:progress": only(f"{EXPORTERS} US", kwargs=_export),
    "exports:hand_over": only("DM", kwargs=_export),
    "exports:acknowledge": only("PI", kwargs=_export),
    "exports:download": only(f"{EXPORTERS} US", kwargs=_export),
    # visits
    "visits:inbound": public(),  # the gateway proves itself by a secret
    "visits:calendar": only(CASEBOOK_READERS),
    "visits:deviations": only(CASEBOOK_READERS),
    "visits:missing_forms": only(BINDER_READERS),
    "visits:values_to_judge": only(CASEBOOK_READERS),
    "visits:subscription": only(CASEBOOK_READERS),
    "visits:feed": public(),  # by its token alone; without one there is nothing
    "visits:messages": only("CO IN PI", kwargs=_number),
    "visits:schedule": only(CASEBOOK_READERS, kwargs=_number),
    "visits:add_unscheduled": only("CO IN PI", kwargs=_number),
    "visits:mark_missed": only("CO IN PI", kwargs=_visit),
    "visits:reopen": only("CO IN PI", kwargs=_visit),
    "visits:bedside": only("CO IN PI BN", kwargs=_infusion),
    "visits:act": only("CO IN PI BN", kwargs=_act),
    "visits:laboratories": only("DM PI"),
    "visits:laboratory": only("DM PI", kwargs=lambda _world: {"code": "CENTRAL"}),
    "visits:approve_range": only("PI", kwargs=lambda _world: {"pk": 1}),
}
