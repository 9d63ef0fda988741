from django.urls import path

from classrooms.agenda import views as agendas
from classrooms.audit import views as audit
from classrooms.conversation import views as conversation
from classrooms.datasets import views as datasets
from classrooms.datasets.desk import views as desk
from classrooms.datasets.reading import views as reading
from classrooms.datasets.rows import views as rows
from classrooms.datasets.truths import views as truths
from classrooms.datasets.values import views as values
from classrooms.dojos import views as dojos
from classrooms.dojos.settings import views as preparing
from classrooms.opening import views as opening
from classrooms.people import join_views as entrance
from classrooms.people import offer_views as offers
from classrooms.people import views as people
from classrooms.projector import views as projector
from classrooms.retention import views as retention
from classrooms.solo import views as solo
from classrooms.theory import views as theory

app_name = "classrooms"

urlpatterns = [
    path("join/", entrance.join_code, name="join_code"),
    path("invite/<slug:token>/", people.invitation, name="invitation"),
    path("join/<slug:code>/", entrance.join, name="join"),
    path("datasets/", datasets.dataset_list, name="datasets"),
    path("datasets/new/", datasets.dataset_new, name="dataset_new"),
    path("datasets/<slug:dataset_id>/", datasets.dataset_detail, name="dataset"),
    path("datasets/<slug:dataset_id>/format/", reading.dataset_format, name="dataset_format"),
    path(
        "datasets/<slug:dataset_id>/sensitive/",
        datasets.dataset_sensitive,
        name="dataset_sensitive",
    ),
    path("datasets/<slug:dataset_id>/values/", values.dataset_values, name="dataset_values"),
    path("datasets/<slug:dataset_id>/leaks/", desk.dataset_leaks, name="dataset_leaks"),
    path("datasets/<slug:dataset_id>/truths/", truths.dataset_truths, name="dataset_truths"),
    path(
        "datasets/<slug:dataset_id>/undo-split/",
        datasets.dataset_undo_split,
        name="dataset_undo_split",
    ),
    path("datasets/<slug:dataset_id>/delete/", datasets.dataset_delete, name="dataset_delete"),
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
    # What is kept
    path("account/", retention.account, name="account"),
    path("account/prove-email/", offers.prove_email, name="prove_email"),
    path("offers/<slug:offer_id>/", offers.offer, name="offer"),
    path("account/delete/", retention.account_delete, name="account_delete"),
    path("account/deleted/", retention.account_deleted, name="account_deleted"),
    path("dojos/<slug:dojo_id>/archive/", retention.archive, name="archive"),
    path("dojos/<slug:dojo_id>/delete/", retention.delete, name="delete"),
    path("dojos/<slug:dojo_id>/leave/", retention.leave, name="leave"),
    # Working alone
    path("solo/", solo.solo, name="solo"),
    path("solo/<slug:dataset_id>/", solo.solo_ready, name="solo_ready"),
    path("dojos/<slug:dojo_id>/pace/<slug:action>/", solo.pace, name="pace"),
    # A Dojo and its clock
    path("dojos/<slug:dojo_id>/", dojos.dojo, name="dojo"),
    path("dojos/<slug:dojo_id>/cockpit/", dojos.cockpit, name="cockpit"),
    path("dojos/<slug:dojo_id>/workers/", dojos.workers, name="workers"),
    # Who is in it.
    path("dojos/<slug:dojo_id>/seats/", people.people, name="people"),
    path("dojos/<slug:dojo_id>/seats/inviting/", people.inviting, name="inviting"),
    path("dojos/<slug:dojo_id>/seats/code/", people.code, name="code"),
    path("dojos/<slug:dojo_id>/seats/roster/", people.roster, name="roster"),
    path(
        "dojos/<slug:dojo_id>/seats/invitation/",
        people.invitation_action,
        name="invitation_action",
    ),
    path("dojos/<slug:dojo_id>/seats/links/", people.links, name="links"),
    path("dojos/<slug:dojo_id>/seats/cards/", people.cards, name="cards"),
    path("dojos/<slug:dojo_id>/seats/facilitators/", people.facilitators, name="facilitators"),
    path("dojos/<slug:dojo_id>/seats/<slug:person_id>/", people.person, name="person"),
    path("dojos/<slug:dojo_id>/audit/", audit.audit, name="audit"),
    path("dojos/<slug:dojo_id>/audit/table/", audit.audit_table, name="audit_table"),
    path("dojos/<slug:dojo_id>/checklist/", people.checks, name="checklist"),
    path("dojos/<slug:dojo_id>/log-template/", people.log_template, name="log_template"),
    path("dojos/<slug:dojo_id>/data/", dojos.dojo_data, name="data"),
    path("dojos/<slug:dojo_id>/rows/", rows.dojo_rows, name="rows"),
    path("dojos/<slug:dojo_id>/clock/", dojos.clock, name="clock"),
    path("dojos/<slug:dojo_id>/clock/<slug:action>/", dojos.clock_action, name="clock_action"),
    path("dojos/<slug:dojo_id>/events/", dojos.events, name="events"),
    path("dojos/<slug:dojo_id>/changes/", dojos.changes, name="changes"),
    # What everyone sees: slides and the projector.
    path("dojos/<slug:dojo_id>/slides/", theory.slides, name="slides"),
    path("dojos/<slug:dojo_id>/slides/show/", theory.show_slide, name="show_slide"),
    path("dojos/<slug:dojo_id>/slides/answer/", theory.answer, name="answer"),
    path("dojos/<slug:dojo_id>/projector/", projector.projector, name="projector"),
    path("dojos/<slug:dojo_id>/projector/scene/", projector.scene, name="scene"),
    # Announcements and messages.
    path("dojos/<slug:dojo_id>/help/", conversation.help_page, name="help"),
    path("dojos/<slug:dojo_id>/news/", conversation.news, name="news"),
    path(
        "dojos/<slug:dojo_id>/news/<slug:announcement_id>/seen/",
        conversation.news_seen,
        name="news_seen",
    ),
    path("dojos/<slug:dojo_id>/hand/", conversation.hand, name="hand"),
    path("dojos/<slug:dojo_id>/hand/lower/", conversation.hand_lower, name="hand_lower"),
    path("dojos/<slug:dojo_id>/hands/", conversation.hand_queue, name="hands"),
    path(
        "dojos/<slug:dojo_id>/hands/<slug:person_id>/<slug:action>/",
        conversation.hand_action,
        name="hand_action",
    ),
    path("dojos/<slug:dojo_id>/announcements/", conversation.announcements, name="announcements"),
]
