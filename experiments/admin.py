from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from classrooms.admin_site import OwnDojosOnly
from experiments import admin_actions  # noqa: F401 (adds actions to the Dojos)
from experiments.models import Experiment, Framing, Interpretation, Run, Takeaway, Talk


class RunInline(OwnDojosOnly, admin.TabularInline):
    model = Run
    dojo_lookup = "experiment__membership__dojo"
    extra = 0
    fields = (
        "status",
        "attempt",
        "worker",
        "queued_at",
        "started_at",
        "finished_at",
        "failure_code",
    )
    readonly_fields = fields
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


@admin.register(Experiment)
class ExperimentAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "membership__dojo"
    list_display = ("__str__", "membership", "decision", "submitted_at", "closed_at")
    list_filter = ("decision", ("membership__dojo", admin.RelatedOnlyFieldListFilter))
    search_fields = ("claim", "public_id", "membership__display_name")
    list_select_related = ("membership",)
    # Pre-registered: nobody edits a hypothesis after the fact, staff neither.
    readonly_fields = (
        "public_id",
        "membership",
        "number",
        "claim",
        "rationale",
        "expected_effect",
        "compared_to",
        "config",
        "submitted_at",
        "closed_at",
    )
    inlines = (RunInline,)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


@admin.register(Run)
class RunAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "experiment__membership__dojo"
    list_display = ("public_id", "experiment", "status", "attempt", "worker", "queued_at")
    list_filter = (
        "status",
        "failure_code",
        ("experiment__membership__dojo", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("public_id", "fingerprint", "experiment__claim")
    list_select_related = ("experiment",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Interpretation)
class InterpretationAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "run__experiment__membership__dojo"
    list_display = ("run", "status", "attempt", "finished_at")
    list_filter = ("status",)
    list_select_related = ("run__experiment",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Framing)
class FramingAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "membership__dojo"
    list_display = ("membership", "problem", "updated_at")
    search_fields = ("membership__display_name", "problem")
    list_select_related = ("membership",)
    autocomplete_fields = ("membership",)


class TakeawayInline(OwnDojosOnly, admin.TabularInline):
    model = Takeaway
    dojo_lookup = "talk__membership__dojo"
    extra = 0
    fields = ("author", "text", "written_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


@admin.register(Talk)
class TalkAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "membership__dojo"
    list_display = ("membership", "position", "started_at", "ended_at")
    list_filter = (("membership__dojo", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("membership__display_name", "learned")
    list_select_related = ("membership",)
    fields = ("membership", "position", "started_at", "ended_at", "learned", "next_step")
    readonly_fields = ("membership", "started_at", "ended_at")
    inlines = (TakeawayInline,)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False
