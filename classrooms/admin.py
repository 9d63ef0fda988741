from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classrooms.administration.actions import clone, rotate_code, start
from classrooms.administration.site import OwnDojosOnly, StaffOnly
from classrooms.models import (
    Announcement,
    AuditEntry,
    Dataset,
    Dojo,
    DojoRules,
    DojoStage,
    Invitation,
    Membership,
    Phase,
    Seat,
    User,
)
from jobs.models import WorkerHeartbeat

OF_DOJOS = ("dojo", admin.RelatedOnlyFieldListFilter)


class RulesInline(OwnDojosOnly, admin.StackedInline):
    model = DojoRules
    can_delete = False
    facilitators_change = True
    # The form of the rules knows when it may still be chosen.
    readonly_fields = ("seals_record",)
    facilitators_read_only = ("allowed_models",)


class StageInline(OwnDojosOnly, admin.StackedInline):
    """The projector and the holdout have their own verbs, in the cockpit."""

    model = DojoStage
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PhaseInline(OwnDojosOnly, admin.TabularInline):
    model = Phase
    extra = 0
    facilitators_change = True
    fields = ("position", "title", "deliverable", "planned_minutes", "extra_minutes", "started_at")
    readonly_fields = ("started_at",)
    facilitators_read_only = ("position",)


class MembershipInline(OwnDojosOnly, admin.TabularInline):
    """The people on a seat; people join by the rules of the pages."""

    model = Membership
    fields = readonly_fields = ("user", "joined_at")

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False


class SeatInline(OwnDojosOnly, admin.TabularInline):
    model = Seat
    facilitators_change = True
    fields = ("display_name", "role", "joined_at", "active_at")
    readonly_fields = ("joined_at", "active_at")
    facilitators_read_only = ("role",)
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "date_joined")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)


@admin.register(Dojo)
class DojoAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "pk"
    list_display = ("title", "variant", "state", "dataset", "people", "join_code", "created_at")
    list_filter = ("state", "variant", "language")
    search_fields = ("title", "join_code", "public_id")
    date_hierarchy = "created_at"
    facilitators_change = True
    # The clock has its own verbs, in the cockpit.
    readonly_fields = (
        "public_id",
        "join_code",
        "state",
        "created_at",
        "started_at",
        "ended_at",
        "archived_at",
    )
    facilitators_read_only = (
        "dataset",
        "variant",
        "primary_metric",
        "costs",
    )
    list_select_related = ("dataset",)
    inlines = (RulesInline, StageInline, PhaseInline, SeatInline)
    actions: Sequence[Any] = (start, rotate_code, clone)

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False  # a Dojo is opened with an agenda, rules and a facilitator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dojo]:
        return super().get_queryset(request).annotate(people_count=Count("seats"))

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, dojo: Dojo) -> int:
        return dojo.people_count  # type: ignore[attr-defined]


@admin.register(Seat)
class SeatAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("display_name", "dojo", "role", "accounts", "joined_at", "active_at")
    list_filter = ("role", OF_DOJOS)
    search_fields = ("display_name", "people__email", "dojo__title")
    list_select_related = ("dojo",)
    facilitators_change = True
    facilitators_read_only = ("dojo", "role", "joined_at", "active_at")
    readonly_fields = ("dojo",)
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        return super().get_queryset(request).prefetch_related("people")

    @admin.display(description=_("accounts"))
    def accounts(self, seat: Seat) -> str:
        return ", ".join(seat.emails)


@admin.register(Invitation)
class InvitationAdmin(OwnDojosOnly, admin.ModelAdmin):
    list_display = ("display_name", "email", "dojo", "created_at", "seat")
    list_filter = (OF_DOJOS,)
    search_fields = ("display_name", "email")
    list_select_related = ("dojo", "seat")
    # The token is a key, and stays out of sight.
    fields = ("dojo", "display_name", "email", "created_at", "seat")
    readonly_fields = ("created_at", "seat")
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


@admin.register(AuditEntry)
class AuditEntryAdmin(OwnDojosOnly, admin.ModelAdmin):
    """To read: what was done was done."""

    list_display = ("at", "dojo", "actor", "action", "subject", "detail")
    list_filter = ("action", OF_DOJOS)
    search_fields = ("actor__email", "dojo__title", "subject")
    list_select_related = ("dojo", "actor")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Dataset)
class DatasetAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "dojos"
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


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(StaffOnly, admin.ModelAdmin):
    list_display = ("name", "queue", "seen_at")
    readonly_fields = ("name", "queue", "seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
