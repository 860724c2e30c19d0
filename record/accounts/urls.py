"""Addresses of this room."""

from django.urls import path, reverse_lazy

from record.accounts.forms import NewPasswordForm
from record.accounts.views import (
    access,
    administration,
    factor,
    passkeys,
    proposals,
    session,
    signing,
)

app_name = "accounts"
urlpatterns = [
    path("sign-in/", session.sign_in_page, name="sign_in"),
    path("sign-in/code/", factor.verify, name="verify"),
    path("sign-in/recover/", factor.recover_access, name="recover"),
    path("second-factor/", factor.second_factor, name="second_factor"),
    path("passkeys/", passkeys.passkeys, name="passkeys"),
    path("passkeys/new/", passkeys.new_passkey, name="new_passkey"),
    path("passkeys/own/", passkeys.own_passkey, name="own_passkey"),
    path(
        "passkeys/<int:passkey_id>/remove/",
        passkeys.remove_passkey,
        name="remove_passkey",
    ),
    path("sign-out/", session.end_session, name="sign_out"),
    path("password/", session.change_password, name="change_password"),
    path(
        "password/<uidb64>/<token>/",
        session.SetPassword.as_view(
            template_name="record/accounts/set_password.html",
            form_class=NewPasswordForm,
            success_url=reverse_lazy("accounts:sign_in"),
        ),
        name="set_password",
    ),
    path("signature/", signing.acknowledge, name="acknowledge"),
    path("preferences/", session.preferences, name="preferences"),
    path("keep-alive/", session.keep_alive, name="keep_alive"),
    path("users/", administration.users, name="users"),
    path("users/add/", administration.add, name="add"),
    path("users/<int:user_id>/", administration.edit, name="edit"),
    path("users/<int:user_id>/role/", administration.set_role, name="set_role"),
    path(
        "users/<int:user_id>/deactivate/", administration.deactivate, name="deactivate"
    ),
    path(
        "users/<int:user_id>/reactivate/", administration.reactivate, name="reactivate"
    ),
    path(
        "users/<int:user_id>/password/",
        administration.reset_password,
        name="reset_password",
    ),
    path(
        "users/<int:user_id>/second-factor/",
        administration.revoke_second_factor,
        name="revoke_second_factor",
    ),
    path("users/<int:user_id>/unlock/", administration.unlock, name="unlock"),
    path("changes/", proposals.proposals, name="proposals"),
    path(
        "changes/<int:proposal_id>/approve/", proposals.approve, name="approve_proposal"
    ),
    path(
        "changes/<int:proposal_id>/withdraw/",
        proposals.withdraw,
        name="withdraw_proposal",
    ),
    path("access/", access.report, name="access_report"),
    path("access/csv/", access.download, name="download_access"),
    path("access/review/", access.review, name="review_access"),
    path("sessions/", access.sessions, name="sessions"),
    path("sessions/end/", access.end_session, name="end_session_of"),
    path("sessions/own/", access.end_own_sessions, name="end_own_sessions"),
    path("sign-ins/", administration.sign_in_history, name="sign_in_history"),
]
