"""Addresses of the screening pages."""

from django.urls import path

from enrollment import views

app_name = "enrollment"
urlpatterns = [
    path("", views.screening_log, name="screening_log"),
    path("register/", views.register_person, name="register"),
    path("consent-versions/", views.consent_versions, name="consent_versions"),
    path(
        "consent-versions/<int:pk>/approve/",
        views.approve_version,
        name="approve_version",
    ),
    path("<str:number>/eligibility/", views.eligibility, name="eligibility"),
    path("<str:number>/frozen/", views.frozen, name="frozen"),
    path("<str:number>/rescreen/", views.rescreen, name="rescreen"),
    path("<str:number>/close/", views.close, name="close"),
]
