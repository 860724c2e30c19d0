"""Addresses of the monitoring visits."""

from django.urls import path

from monitoring.visits.views import acts, reports, visits

app_name = "visits"
urlpatterns = [
    path("", visits.visits, name="visits"),
    path("actions/", visits.actions, name="actions"),
    path("actions/<int:key>/close/", acts.close, name="close_action"),
    path("findings/<int:key>/withdraw/", acts.withdraw, name="withdraw_finding"),
    path("<int:pk>/", visits.visit, name="visit"),
    path("<int:pk>/done/", acts.done, name="done"),
    path("<int:pk>/cancel/", acts.cancel, name="cancel"),
    path("<int:pk>/finding/", acts.finding, name="finding"),
    path("<int:pk>/action/", acts.action, name="action"),
    path("<int:pk>/report/", reports.sign, name="sign_report"),
    path("<int:pk>/report/<int:version>/", reports.report, name="report"),
    path("<int:pk>/report/<int:version>/pdf/", reports.pdf, name="report_pdf"),
]
