from django.urls import path

from classrooms.views import agendas, datasets, dojos, entrance, opening, preparing, solo

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
    # Preparing a Dojo
    path("dojos/new/", opening.dojo_new, name="dojo_new"),
    path("dojos/new/<slug:step>/", opening.dojo_new, name="dojo_new_step"),
    path("dojos/<slug:dojo_id>/prepare/", preparing.prepare, name="prepare"),
    path("dojos/<slug:dojo_id>/prepare/details/", preparing.details, name="details"),
    path("dojos/<slug:dojo_id>/prepare/agenda/", agendas.agenda, name="agenda"),
    path("dojos/<slug:dojo_id>/prepare/rules/", preparing.rules, name="rules"),
    path("dojos/<slug:dojo_id>/clone/", preparing.clone, name="clone"),
    path("agendas/", agendas.agendas, name="agendas"),
    path("agendas/<slug:template_id>/rename/", agendas.agenda_rename, name="agenda_rename"),
    path("agendas/<slug:template_id>/delete/", agendas.agenda_delete, name="agenda_delete"),
    # Working alone
    path("solo/", solo.solo, name="solo"),
    path("solo/<slug:dataset_id>/", solo.solo_ready, name="solo_ready"),
    path("dojos/<slug:dojo_id>/pace/<slug:action>/", solo.pace, name="pace"),
    # A Dojo and its clock
    path("dojos/<slug:dojo_id>/", dojos.dojo, name="dojo"),
    path("dojos/<slug:dojo_id>/cockpit/", dojos.cockpit, name="cockpit"),
    path("dojos/<slug:dojo_id>/data/", dojos.dojo_data, name="data"),
    path("dojos/<slug:dojo_id>/clock/", dojos.clock, name="clock"),
    path("dojos/<slug:dojo_id>/clock/<slug:action>/", dojos.clock_action, name="clock_action"),
    path("dojos/<slug:dojo_id>/reveal/", dojos.reveal, name="reveal"),
    path("dojos/<slug:dojo_id>/events/", dojos.events, name="events"),
]
