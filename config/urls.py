from django.contrib import admin
from django.urls import include, path

from classrooms.people import join_views as entrance
from connections.urls import api_urls

handler400 = "config.errors.bad_request"

urlpatterns = [
    path("", entrance.home, name="home"),
    path("healthz", entrance.healthz, name="healthz"),
    path("readyz", entrance.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("classrooms.urls")),
    path("", include("experiments.urls")),
    path("", include("assistant.urls")),
    path("", include("connections.urls")),
    path("api/v1/", api_urls),
]
