"""Addresses of this room."""

from django.urls import path

from safety import cioms_views, views

app_name = "safety"
urlpatterns = [
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
