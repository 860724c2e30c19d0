"""Addresses of this room."""

from django.urls import path

from randomization.allocation import views as randomizing
from randomization.code_breaks.views import code_breaks
from randomization.code_breaks.views import end_of_trial as closing
from randomization.lists import views as custodian
from randomization.product.views import pharmacy, preparing
from randomization.study import views as study_views

app_name = "randomization"
urlpatterns = [
    path("participants/<str:number>/", randomizing.randomize, name="randomize"),
    path("participants/<str:number>/in-error/", randomizing.in_error, name="in_error"),
    path(
        "participants/<str:number>/code-break/",
        code_breaks.break_code,
        name="break_code",
    ),
    path("participants/<str:number>/arm/", code_breaks.show_arm, name="show_arm"),
    path("code-breaks/", code_breaks.register, name="code_breaks"),
    path("code-breaks/record/", code_breaks.record, name="record_code_break"),
    path("study/", study_views.study, name="study"),
    path("study/step/", study_views.change_status, name="change_status"),
    path("study/<int:pk>/confirm/", study_views.confirm_status, name="confirm_status"),
    path("study/restricted/", closing.restricted_part, name="restricted_part"),
    path("study/code/", closing.opened_code, name="opened_code"),
    path("lists/", custodian.desk, name="desk"),
    path("lists/generate/", custodian.generate, name="generate"),
    path("lists/import/", custodian.import_list, name="import_list"),
    path("lists/verify/", custodian.verify, name="verify"),
    path("lists/<int:pk>/approve/", custodian.approve, name="approve"),
    path("lists/<int:pk>/seal/", custodian.seal, name="seal"),
    path("lists/<int:pk>/destroy/", custodian.destroy, name="destroy"),
    path("preparations/", pharmacy.preparations, name="preparations"),
    path("preparations/<int:pk>/", preparing.preparation, name="preparation"),
    path("preparations/<int:pk>/label/", preparing.label, name="label"),
    path("lots/", pharmacy.lots, name="lots"),
    path("lots/add/", pharmacy.add_lot, name="add_lot"),
    path("lots/<int:pk>/", pharmacy.lot, name="lot"),
]
