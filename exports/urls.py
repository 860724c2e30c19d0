"""Addresses of this room."""

from django.urls import path

from exports import views

app_name = "exports"
urlpatterns = [
    path("", views.exports, name="exports"),
    path("unblinded/", views.unblinded, name="unblinded"),
    path("forms/", views.blank_forms, name="blank_forms"),
    path(
        "forms/<str:kind>/<str:language>/<str:code>.pdf",
        views.blank_form_pdf,
        name="blank_form_pdf",
    ),
    path("casebooks/", views.casebooks, name="casebooks"),
    path("casebooks/<str:number>/", views.casebook, name="casebook"),
    path(
        "casebooks/<str:number>/<str:language>.pdf",
        views.casebook_pdf,
        name="casebook_pdf",
    ),
    path("<str:key>/", views.export, name="export"),
    path("<str:key>/progress/", views.progress, name="progress"),
    path("<str:key>/hand-over/", views.hand_over, name="hand_over"),
    path("<str:key>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<str:key>/download/", views.download, name="download"),
]
