from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classrooms.admin_actions import clone, rotate_code, start
from classrooms.admin_site import OwnDojosOnly, StaffOnly
from classrooms.models import (
    Announcement,
    Dataset,
    Dojo,
    Invitation,
    Membership,
    Phase,
    WorkerSighting,
)

OF_DOJOS = ("dojo", admin.RelatedOnlyFieldListFilter)


class PhaseInline(OwnDojosOnly, admin.TabularInline):
    model = Phase
    extra = 0
    facilitators_change = True
    fields = ("position", "title", "deliverable", "planned_minutes", "extra_minutes", "started_at")
    readonly_fields = ("started_at",)
    facilitators_read_only = ("position",)


class MembershipInline(OwnDojosOnly, admin.TabularInline):
    model = Membership
    extra = 0
    facilitators_change = True
    fields = ("user", "role", "display_name", "joined_at", "active_at")
    readonly_fields = ("joined_at", "active_at")
    facilitators_read_only = ("user", "role")
    autocomplete_fields = ("user",)


@admin.register(Dojo)
class DojoAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("title", "variant", "state", "dataset", "people", "join_code", "created_at")
    list_filter = ("state", "variant", "language")
    search_fields = ("title", "join_code", "public_id")
    date_hierarchy = "created_at"
    facilitators_change = True
    # The clock, the projector and the holdout have their own verbs, in the cockpit.
    readonly_fields = (
        "public_id",
        "join_code",
        "state",
        "slide",
        "scene",
        "created_at",
        "started_at",
        "ended_at",
        "board_frozen_at",
        "holdout_revealed_at",
        "rehearsed_since",
        "archived_at",
    )
    facilitators_read_only = (
        "dataset",
        "variant",
        "primary_metric",
        "costs",
        "allowed_models",
    )
    list_select_related = ("dataset",)
    inlines = (PhaseInline, MembershipInline)
    actions: Sequence[Any] = (start, rotate_code, clone)

    def owned_by(self, found: QuerySet[Dojo], user: User) -> QuerySet[Dojo]:
        return found.filter(pk__in=Dojo.objects.facilitated_by(user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dojo]:
        return super().get_queryset(request).annotate(people_count=Count("memberships"))

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, dojo: Dojo) -> int:
        return dojo.people_count  # type: ignore[attr-defined]


@admin.register(Membership)
class MembershipAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("display_name", "dojo", "role", "user", "joined_at", "active_at")
    list_filter = ("role", OF_DOJOS)
    search_fields = ("display_name", "user__email", "dojo__title")
    list_select_related = ("dojo", "user")
    facilitators_change = True
    facilitators_read_only = ("dojo", "user", "role", "joined_at", "active_at")
    autocomplete_fields = ("dojo", "user")


@admin.register(Invitation)
class InvitationAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("display_name", "email", "dojo", "created_at", "membership")
    list_filter = (OF_DOJOS,)
    search_fields = ("display_name", "email")
    list_select_related = ("dojo", "membership")
    # The token is a key, and stays out of sight.
    fields = ("dojo", "display_name", "email", "created_at", "membership")
    readonly_fields = ("created_at", "membership")
    facilitators_read_only = ("dojo",)
    facilitators_change = True
    autocomplete_fields = ("dojo",)


@admin.register(Announcement)
class AnnouncementAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("__str__", "dojo", "sender", "recipient", "sent_at")
    list_filter = (OF_DOJOS, ("sent_at", admin.DateFieldListFilter))
    search_fields = ("text", "recipient__display_name")
    list_select_related = ("dojo", "sender", "recipient")
    # What was said was said.
    fields = ("dojo", "sender", "recipient", "text", "finding", "sent_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False


@admin.register(Dataset)
class DatasetAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("title", "owner", "bundled_key", "step", "status", "row_count", "created_at")
    list_filter = ("status", "step", "bundled_key")
    search_fields = ("title", "public_id", "owner__email")
    list_select_related = ("owner",)
    # What a worker found is not for typing over; a wrong dataset is uploaded anew.
    fields = ("title", "owner", "upload_name", "target", "positive_class", "status", "failure_code")
    readonly_fields = ("upload_name", "target", "positive_class", "status", "failure_code")
    facilitators_change = True
    facilitators_read_only = ("owner",)
    autocomplete_fields = ("owner",)

    def owned_by(self, found: QuerySet[Dataset], user: User) -> QuerySet[Dataset]:
        return found.filter(owner=user)


@admin.register(WorkerSighting)
class WorkerSightingAdmin(StaffOnly, admin.ModelAdmin):
    list_display = ("name", "queue", "seen_at")
    readonly_fields = ("name", "queue", "seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
