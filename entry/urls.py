"""Addresses of the entry pages."""

from django.urls import path

from entry.casebook import views as casebook
from entry.form.views import acts, autosaves, files, form, item, verification
from entry.matrix import views as matrix_views
from entry.move import views as move
from entry.signing import views as signing
from entry.table.views import log, new_row
from entry.table.views import verification as verify_log
from entry.worklist import views as work

app_name = "entry"
urlpatterns = [
    path("", work.my_work, name="my_work"),
    path("participants/", matrix_views.matrix, name="matrix"),
    path("sign/", signing.sign_several, name="sign_several"),
    path("find/", matrix_views.find, name="find"),
    path("participants/<str:number>/", casebook.casebook, name="casebook"),
    path(
        "participants/<str:number>/sign/", signing.sign_casebook, name="sign_casebook"
    ),
    path(
        "participants/<str:number>/visits/<str:visit>/<int:place>/sign/",
        signing.sign_visit,
        name="sign_visit",
    ),
    path("participants/<str:number>/logs/<str:code>/", log.log, name="log"),
    path(
        "participants/<str:number>/logs/<str:code>/add/",
        new_row.new_row,
        name="add_row",
    ),
    path(
        "participants/<str:number>/forms/<str:code>/",
        new_row.open_form,
        name="open_form",
    ),
    path(
        "participants/<str:number>/logs/<str:code>/paste/",
        log.paste,
        name="paste_rows",
    ),
    path("forms/<int:pk>/", form.form_page, name="form"),
    path("forms/<int:pk>/autosave/", autosaves.autosave, name="autosave"),
    path("forms/<int:pk>/discard/", autosaves.discard, name="discard"),
    path("forms/<int:pk>/sign/", acts.sign, name="sign"),
    path("forms/<int:pk>/verify/", verification.verify_form, name="verify_form"),
    path(
        "forms/<int:pk>/verify/undo/",
        verification.withdraw,
        name="withdraw_verification",
    ),
    path(
        "participants/<str:number>/logs/<str:code>/verify/",
        verify_log.verify_rows,
        name="verify_rows",
    ),
    path("forms/<int:pk>/close/", acts.close, name="close"),
    path("forms/<int:pk>/draft/", acts.back_to_draft, name="back_to_draft"),
    path("forms/<int:pk>/not-done/", acts.not_done, name="not_done"),
    path("forms/<int:pk>/from-paper/", acts.from_paper, name="from_paper"),
    path("forms/<int:pk>/strike/", acts.strike, name="strike"),
    path("forms/<int:pk>/move/", move.move, name="move"),
    path("forms/<int:pk>/queries/", item.form_panel, name="form_queries"),
    path("forms/<int:pk>/items/<str:item>/", item.panel, name="panel"),
    path("forms/<int:pk>/items/<str:item>/file/", files.stored_file, name="file"),
]
