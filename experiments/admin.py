from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from classrooms.administration.site import OwnDojosOnly
from classrooms.knowledge import knows_hidden_scores
from experiments import admin_actions  # noqa: F401 (adds actions to the Dojos)
from experiments.models import (
    ConclusionVersion,
    Experiment,
    Framing,
    Interpretation,
    Run,
    SealedEntry,
    Takeaway,
    Talk,
)


class NotDeletedAlone:
    """What was registered and found goes with its participant or its Dojo, and not by itself."""

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise PermissionDenied

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = (extra_context or {}) | {"show_delete": False}
        found: HttpResponse = super().change_view(  # type: ignore[misc]
            request, object_id, form_url, context
        )
        return found

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        return {name: action for name, action in actions.items() if name != "delete_selected"}


class RunInline(OwnDojosOnly, admin.TabularInline):
    model = Run
    dojo_lookup = "experiment__seat__dojo"
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


class VersionInline(OwnDojosOnly, admin.TabularInline):
    model = ConclusionVersion
    dojo_lookup = "experiment__seat__dojo"
    extra = 0
    fields = ("saved_at", "author", "analysis", "decision", "next_step")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


@admin.register(Experiment)
class ExperimentAdmin(NotDeletedAlone, OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "seat__dojo"
    list_display = ("__str__", "seat", "decision", "submitted_at", "concluded_at")
    list_filter = ("decision", ("seat__dojo", admin.RelatedOnlyFieldListFilter))
    search_fields = ("claim", "public_id", "seat__display_name")
    list_select_related = ("seat",)
    inlines = (RunInline, VersionInline)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits a hypothesis after the fact, staff neither; a decision is its
        participant's, and what changes in it is sealed."""
        return False


@admin.register(SealedEntry)
class SealedEntryAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "dojo"
    list_display = ("index", "kind", "experiment", "sealed_at", "digest")
    list_filter = ("kind", ("dojo", admin.RelatedOnlyFieldListFilter))
    search_fields = ("digest", "dojo__title")
    list_select_related = ("experiment",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(NotDeletedAlone, OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "experiment__seat__dojo"
    list_display = ("public_id", "experiment", "status", "attempt", "worker", "queued_at")
    list_filter = (
        "status",
        "failure_code",
        ("experiment__seat__dojo", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("public_id", "fingerprint", "experiment__claim")
    list_select_related = ("experiment",)

    def get_exclude(self, request: HttpRequest, obj: Run | None = None) -> tuple[str, ...]:
        """Hidden scores are told to nobody before their reveal, nor how a re-run differs in
        them; the pages have the warnings in words, for who may know them."""
        hidden = obj is None or not knows_hidden_scores(obj.experiment.seat.dojo)
        return ("warnings", "alarms", *(("holdout_metrics", "differences") if hidden else ()))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Interpretation)
class InterpretationAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "run__experiment__seat__dojo"
    list_display = ("run", "status", "attempt", "finished_at")
    list_filter = ("status",)
    list_select_related = ("run__experiment",)
    # The analysis pages show it, to whom and when it may be known.
    exclude = ("content",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Framing)
class FramingAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "seat__dojo"
    list_display = ("seat", "problem", "updated_at")
    search_fields = ("seat__display_name", "problem")
    list_select_related = ("seat",)
    autocomplete_fields = ("seat",)


class TakeawayInline(OwnDojosOnly, admin.TabularInline):
    model = Takeaway
    dojo_lookup = "talk__seat__dojo"
    extra = 0
    fields = ("author", "text", "written_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


@admin.register(Talk)
class TalkAdmin(OwnDojosOnly, admin.ModelAdmin):
    dojo_lookup = "seat__dojo"
    list_display = ("seat", "position", "started_at", "ended_at")
    list_filter = (("seat__dojo", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("seat__display_name", "learned")
    list_select_related = ("seat",)
    fields = ("seat", "position", "started_at", "ended_at", "learned", "next_step")
    readonly_fields = ("seat", "started_at", "ended_at")
    inlines = (TakeawayInline,)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False
