"""Addresses of runs of the edit checks."""

from django.urls import path

from record.capture import views

app_name = "capture"
urlpatterns = [
    path("runs/", views.check_runs, name="check_runs"),
    path("runs/<int:run_id>/", views.check_run, name="check_run"),
    path("runs/<int:run_id>/progress/", views.progress, name="check_run_progress"),
    path("runs/<int:run_id>/approve/", views.approve_run, name="approve_check_run"),
]
