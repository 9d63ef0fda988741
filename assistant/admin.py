from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.models import Call, CoachChoice, CoachSettings, Message, Reading, Review
from classrooms.administration.site import OwnDojosOnly


class RecordAdmin(OwnDojosOnly, admin.ModelAdmin):
    """Read-only admin of events."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Call)
class CallAdmin(RecordAdmin):
    list_display = ("started_at", "dojo", "seat", "purpose", "model", "outcome", "cost")
    list_filter = ("purpose", "outcome", "failure", ("dojo", admin.RelatedOnlyFieldListFilter))
    search_fields = ("seat__display_name", "model")
    list_select_related = ("dojo", "seat")
    date_hierarchy = "started_at"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and above it what all of its calls cost."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            total = context["cl"].queryset.order_by().aggregate(total=Sum("cost"))["total"]
            context["title"] = _("Calls: US$ %(total)s in total") % {"total": f"{total or 0:.4f}"}
        return response


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """Lists messages without their texts, which are private."""

    dojo_lookup = "seat__dojo"
    list_display = ("sent_at", "seat", "role", "state", "source", "failure")
    list_filter = (
        "role",
        "state",
        "source",
        "failure",
        ("seat__dojo", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("seat__display_name",)
    list_select_related = ("seat",)
    exclude = ("text", "cards", "offers", "left_out")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Message | None:
        found = super().get_object(request, *args, **kwargs)
        if found is not None:
            # The page's title would quote it.
            found.text = found.get_role_display()
        return found


@admin.register(Review)
class ReviewAdmin(RecordAdmin):
    dojo_lookup = "experiment__seat__dojo"
    list_display = ("experiment", "occasion", "status", "source", "fallback", "finished_at")
    list_filter = (
        "occasion",
        "status",
        "source",
        "fallback",
        ("experiment__seat__dojo", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("experiment__claim", "experiment__seat__display_name")
    list_select_related = ("experiment",)


@admin.register(Reading)
class ReadingAdmin(RecordAdmin):
    dojo_lookup = "experiment__seat__dojo"
    list_display = ("experiment", "reader", "hypothesis", "errors", "decision", "read_at")
    list_filter = (("experiment__seat__dojo", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("experiment__claim", "reader__display_name")
    list_select_related = ("experiment", "reader")


@admin.register(CoachSettings)
class CoachSettingsAdmin(OwnDojosOnly, admin.ModelAdmin):
    """Facilitators set it up on a page of the product, which checks what they write."""

    list_display = (
        "dojo",
        "is_enabled",
        "openness",
        "spent",
        "dojo_budget",
        "day_budget",
        "participant_budget",
    )
    list_filter = ("is_enabled", "openness")
    search_fields = ("dojo__title",)
    list_select_related = ("dojo",)
    autocomplete_fields = ("dojo",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CoachSettings]:
        own = Call.objects.filter(dojo=OuterRef("dojo")).order_by().values("dojo")
        spent = Subquery(own.annotate(total=Sum("cost")).values("total"))
        nothing = Decimal(0)
        return (
            super()
            .get_queryset(request)
            .annotate(total=Coalesce(spent, nothing, output_field=DecimalField()))
        )

    @admin.display(description=gettext_lazy("spent so far (US$)"), ordering="total")
    def spent(self, chosen: Any) -> str:
        return f"{chosen.total:.4f}"


@admin.register(CoachChoice)
class CoachChoiceAdmin(RecordAdmin):
    dojo_lookup = "seat__dojo"
    list_display = ("seat", "is_enabled")
    list_filter = ("is_enabled", ("seat__dojo", admin.RelatedOnlyFieldListFilter))
    search_fields = ("seat__display_name",)
    list_select_related = ("seat",)
