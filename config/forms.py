"""The look of every form: Tabler's classes, one template per field."""

from typing import Any

from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
    Widget,
)
from django.forms.renderers import TemplatesSetting


class TablerBoundField(BoundField):
    """Adds the class that Tabler expects, and marks a field that has errors."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
            tabler = "form-check-input"
        elif isinstance(widget, Select):
            tabler = "form-select"
        else:
            tabler = "form-control"
        classes = [widget.attrs.get("class", ""), tabler, "is-invalid" if self.errors else ""]
        attrs["class"] = " ".join(filter(None, classes))
        return attrs

    @property
    def is_checkbox(self) -> bool:
        return isinstance(self.field.widget, CheckboxInput)

    @property
    def is_checkbox_list(self) -> bool:
        return isinstance(self.field.widget, CheckboxSelectMultiple)

    @property
    def is_radio_list(self) -> bool:
        return type(self.field.widget) is RadioSelect


class Renderer(TemplatesSetting):
    field_template_name = "forms/field.html"
    bound_field_class = TablerBoundField
