from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dataset, Dojo, Membership, Phase, WorkerSighting


class PhaseInline(admin.TabularInline):
    model = Phase
    extra = 0
    fields = ("position", "title", "deliverable", "planned_minutes", "extra_minutes", "started_at")
    readonly_fields = ("started_at",)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    fields = ("user", "role", "display_name", "joined_at")
    readonly_fields = ("joined_at",)
    autocomplete_fields = ("user",)


@admin.register(Dojo)
class DojoAdmin(admin.ModelAdmin):
    list_display = ("title", "variant", "state", "dataset", "people", "join_code", "created_at")
    list_filter = ("state", "variant", "language")
    search_fields = ("title", "join_code", "public_id")
    date_hierarchy = "created_at"
    readonly_fields = ("public_id", "join_code", "created_at", "started_at", "ended_at")
    list_select_related = ("dataset",)
    inlines = (PhaseInline, MembershipInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dojo]:
        return super().get_queryset(request).annotate(people_count=Count("memberships"))

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, dojo: Dojo) -> int:
        return dojo.people_count  # type: ignore[attr-defined]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("display_name", "dojo", "role", "user", "joined_at")
    list_filter = ("role",)
    search_fields = ("display_name", "user__email", "dojo__title")
    list_select_related = ("dojo", "user")
    autocomplete_fields = ("dojo", "user")


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin):
    list_display = ("title", "owner", "bundled_key", "step", "status", "row_count", "created_at")
    list_filter = ("status", "step", "bundled_key")
    search_fields = ("title", "public_id", "owner__email")
    list_select_related = ("owner",)
    # What a worker found is not for typing over; a wrong dataset is uploaded anew.
    fields = ("title", "owner", "upload_name", "target", "positive_class", "status", "failure_code")
    readonly_fields = ("upload_name", "target", "positive_class", "status", "failure_code")
    autocomplete_fields = ("owner",)


@admin.register(WorkerSighting)
class WorkerSightingAdmin(admin.ModelAdmin):
    list_display = ("name", "queue", "seen_at")
    readonly_fields = ("name", "queue", "seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
