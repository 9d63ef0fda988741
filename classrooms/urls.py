from django.urls import path

from classrooms.views import datasets, dojos, entrance

app_name = "classrooms"

urlpatterns = [
    path("join/", entrance.join_code, name="join_code"),
    path("join/<slug:code>/", entrance.join, name="join"),
    path("datasets/", datasets.dataset_list, name="datasets"),
    path("datasets/new/", datasets.dataset_new, name="dataset_new"),
    path("datasets/<slug:dataset_id>/", datasets.dataset_detail, name="dataset"),
    path("datasets/<slug:dataset_id>/format/", datasets.dataset_format, name="dataset_format"),
    path(
        "datasets/<slug:dataset_id>/sensitive/",
        datasets.dataset_sensitive,
        name="dataset_sensitive",
    ),
    path("datasets/<slug:dataset_id>/card/", datasets.dataset_card, name="dataset_card"),
    path("dojos/new/", dojos.dojo_new, name="dojo_new"),
    path("dojos/<slug:dojo_id>/", dojos.dojo, name="dojo"),
    path("dojos/<slug:dojo_id>/cockpit/", dojos.cockpit, name="cockpit"),
    path("dojos/<slug:dojo_id>/data/", dojos.dojo_data, name="data"),
    path("dojos/<slug:dojo_id>/clock/", dojos.clock, name="clock"),
    path("dojos/<slug:dojo_id>/clock/<slug:action>/", dojos.clock_action, name="clock_action"),
    path("dojos/<slug:dojo_id>/reveal/", dojos.reveal, name="reveal"),
    path("dojos/<slug:dojo_id>/events/", dojos.events, name="events"),
]
