"""Addresses of this room."""

from django.urls import path

from safety.after_lock import views as after_lock
from safety.cioms import views as cioms_views
from safety.coding import views as coding
from safety.reconciliation import views as reconciliation
from safety.reports import views

app_name = "safety"
urlpatterns = [
    path("coding/", coding.coding, name="coding"),
    path("coding/dictionaries/", coding.dictionaries, name="dictionaries"),
    path("coding/<int:form_id>/", coding.choose, name="choose_code"),
    path("coding/<int:pk>/approve/", coding.approve, name="approve_code"),
    path("after-lock/", after_lock.cases, name="late_cases"),
    path("after-lock/add/", after_lock.add, name="add_late_case"),
    path("after-lock/<int:pk>/", after_lock.case, name="late_case"),
    path("after-lock/<int:pk>/change/", after_lock.change, name="change_late_case"),
    path("after-lock/<int:pk>/assess/", after_lock.assess, name="assess_late_case"),
    path("reconciliation/", reconciliation.differences, name="reconciliation"),
    path("reconciliation/list/", reconciliation.upload, name="upload_safety_list"),
    path(
        "reconciliation/<str:number>/accept/",
        reconciliation.accept,
        name="accept_difference",
    ),
    path(
        "reconciliation/accepted/<int:pk>/withdraw/",
        reconciliation.withdraw,
        name="withdraw_acceptance",
    ),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:form_id>/send/", views.send, name="send"),
    path("reports/<int:form_id>/follow-up/", views.follow_up, name="follow_up"),
    path("reports/<int:form_id>/cioms.pdf", cioms_views.blinded, name="cioms"),
    path(
        "reports/<int:form_id>/cioms-unblinded/",
        cioms_views.unblinded,
        name="cioms_unblinded",
    ),
    path("cases/", views.cases, name="cases"),
]
