"""Addresses of this room."""

from django.urls import path

from safety import views

app_name = "safety"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/<int:form_id>/send/", views.send, name="send"),
]
