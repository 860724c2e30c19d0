"""Addresses of the screening pages."""

from django.urls import path

from enrollment.consent import views as consent_views
from enrollment.eligibility import views as eligibility_views
from enrollment.identity import views as identity_views
from enrollment.screening import views

app_name = "enrollment"
urlpatterns = [
    path("", views.screening_log, name="screening_log"),
    path("register/", views.register_person, name="register"),
    path("consent-versions/", consent_views.consent_versions, name="consent_versions"),
    path(
        "consent-versions/<int:pk>/approve/",
        consent_views.approve_version,
        name="approve_version",
    ),
    path(
        "<str:number>/eligibility/", eligibility_views.eligibility, name="eligibility"
    ),
    path("<str:number>/frozen/", eligibility_views.frozen, name="frozen"),
    path("<str:number>/identity/", identity_views.identity, name="identity"),
    path("<str:number>/rescreen/", views.rescreen, name="rescreen"),
    path("<str:number>/close/", views.close, name="close"),
]
