"""Addresses of this room."""

from django.urls import path

from randomization.allocation import views as allocation_views
from randomization.code_breaks.views import code_breaks, end_of_trial
from randomization.go_live import views as go_live_views
from randomization.infusion_plan import views as plan_views
from randomization.lists import views as list_views
from randomization.product.views import pharmacy, preparation
from randomization.study import views as study_views

app_name = "randomization"
urlpatterns = [
    path("participants/<str:number>/", allocation_views.randomize, name="randomize"),
    path(
        "participants/<str:number>/in-error/",
        allocation_views.in_error,
        name="in_error",
    ),
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
    path("study/go-live/", go_live_views.go_live, name="go_live"),
    path("study/infusion-plan/", plan_views.infusion_plan, name="infusion_plan"),
    path(
        "study/infusion-plan/<int:pk>/approve/",
        plan_views.approve_plan,
        name="approve_plan",
    ),
    path("study/restricted/", end_of_trial.restricted_part, name="restricted_part"),
    path("study/code/", end_of_trial.opened_code, name="opened_code"),
    path("lists/", list_views.allocation_lists, name="allocation_lists"),
    path("lists/generate/", list_views.generate, name="generate"),
    path("lists/import/", list_views.import_list, name="import_list"),
    path("lists/verify/", list_views.verify, name="verify"),
    path("lists/<int:pk>/approve/", list_views.approve, name="approve"),
    path("lists/<int:pk>/seal/", list_views.seal, name="seal"),
    path("lists/<int:pk>/destroy/", list_views.destroy, name="destroy"),
    path("preparations/", pharmacy.preparations, name="preparations"),
    path("preparations/<int:pk>/", preparation.preparation, name="preparation"),
    path("preparations/<int:pk>/label/", preparation.label, name="label"),
    path("lots/", pharmacy.lots, name="lots"),
    path("lots/add/", pharmacy.add_lot, name="add_lot"),
    path("lots/<int:pk>/", pharmacy.lot, name="lot"),
]
