"""Addresses of the dashboards."""

from django.urls import include, path

from monitoring import views as door_views
from monitoring.dashboard import views
from monitoring.listings import views as listing_views

app_name = "monitoring"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("proof/", door_views.proof_of_record, name="proof_of_record"),
    path("trail/", include("monitoring.trail.urls")),
    path("visits/", include("monitoring.visits.urls")),
    path("listings/", listing_views.listings, name="listings"),
    path("listings/<slug:name>/", listing_views.listing, name="listing"),
    path("listings/<slug:name>/csv/", listing_views.download, name="download_listing"),
]
