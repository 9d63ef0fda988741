"""The form of a config: it shows and gives every config, reshapes, and survives any post."""

import re
from typing import Any

import hypothesis
import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation
from hypothesis import strategies as st

from engine.spec.config import ExperimentConfig, default_config, validate_config
from engine.spec.schema import Costs, Schema
from engine.spec.yaml_text import dump_yaml
from experiments.submit.config.form import ConfigForm
from experiments.submit.config.yaml import YamlForm
from tests.engine import configs
from tests.engine.conftest import Table, table  # noqa: F401 (a fixture is used by its name)

SYSTEMATIC = list(configs.systematic_configs())


@pytest.fixture
def schema(table: Table) -> Schema:  # noqa: F811
    costs = Costs(false_positive=10, false_negative=100)
    return table.schema.model_copy(update={"costs": costs})


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def post_of(form: ConfigForm, **changes: str | list[str]) -> QueryDict:
    """What a browser posts of a form as it stands."""
    post = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(value, list | tuple):
            post.setlist(name, [str(item) for item in value])
        elif (
            field.widget.input_type == "checkbox" if hasattr(field.widget, "input_type") else False
        ):
            if value in (True, "on", "True"):
                post[name] = "on"
        elif value is not None:
            post[name] = str(value)
    post["shape"] = form.shape_field.split('value="')[1].rsplit('"', 1)[0].replace("&quot;", '"')
    for name, value in changes.items():
        post.setlist(name, value if isinstance(value, list) else [value])
    return post


def reshaped(form: ConfigForm, schema: Schema, action: str, **changes: str) -> ConfigForm:
    return ConfigForm.reshaped(post_of(form, **changes), schema, action)


def config_of(form: ConfigForm, schema: Schema) -> ExperimentConfig:
    posted = ConfigForm.posted(post_of(form), schema)
    assert posted.is_valid(), posted.errors
    assert posted.config is not None
    return posted.config


@pytest.fixture
def _time_for_long_searches(settings: Any) -> None:
    settings.RUN_SOFT_TIME_LIMIT_SECONDS = 1200


@pytest.mark.usefixtures("_time_for_long_searches")
@pytest.mark.parametrize("place", range(len(SYSTEMATIC)))
def test_the_form_gives_back_every_config_that_it_shows(place: int, schema: Schema) -> None:
    config = validate_config(SYSTEMATIC[place], schema)
    assert config_of(ConfigForm.for_config(config, schema), schema) == config


@pytest.mark.parametrize("place", range(len(SYSTEMATIC)))
def test_every_field_has_its_place_on_the_page(place: int, schema: Schema) -> None:
    form = ConfigForm.for_config(validate_config(SYSTEMATIC[place], schema), schema)
    source = """{{ form.shape_field }}
        {% include "experiments/config/model.html" %}
        {% include "experiments/config/features.html" %}
        {% for shown in config_form.sections %}
          {% with section=shown.section fields=shown.fields %}
            {% include "experiments/config/section.html" %}
          {% endwith %}
        {% endfor %}"""
    html = Template(source).render(Context({"form": form, "config_form": form}))
    shown = re.findall(r' name="([^"]+)"', html)
    assert set(form.fields) <= set(shown)
    selects = re.findall(r'<select name="([^"]+)"', html)
    assert len(selects) == len(set(selects))


def test_a_new_feature_is_added_prepared_and_removed(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema, "logistic_regression"), schema)
    form = reshaped(form, schema, "add_feature", add_operation="ratio", seed="77")
    assert said(form)["new_features"] == "Ratio"
    assert form["seed"].value() == "77"
    form.initial |= {"new_features.0.name": "speed", "new_features.0.numerator": "signal"}
    form.initial |= {"new_features.0.denominator": "visits"}
    form = reshaped(form, schema, "add_feature", add_operation="log1p")
    form.initial |= {"new_features.1.name": "log speed", "new_features.1.column": "speed"}
    form = reshaped(form, schema, "add_prepared", add_column="log speed")
    config = config_of(form, schema)
    assert [feature.name for feature in config.new_features] == ["speed", "log speed"]
    assert list(config.preparation.columns) == ["log speed"]

    form = reshaped(form, schema, "remove:prepared.0")
    form = reshaped(form, schema, "remove:new_features.1")
    form = reshaped(form, schema, "remove:new_features.0")
    assert config_of(form, schema).new_features == []


def test_removing_the_first_keeps_what_was_typed_in_the_second(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema, "logistic_regression"), schema)
    for name in ("first", "second"):
        form = reshaped(form, schema, "add_feature", add_operation="total")
        place = len(form.shape.operations) - 1
        form.initial |= {f"new_features.{place}.name": name}
        form.initial |= {f"new_features.{place}.columns": ["signal", "visits"]}
    form = reshaped(form, schema, "remove:new_features.0")
    (left,) = config_of(form, schema).new_features
    assert left.name == "second"


def test_members_come_and_go(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema, "random_forest"), schema)
    form = reshaped(form, schema, "reshape", **{"model.name": "voting"})
    assert len(form.shape.members) == 2
    form = reshaped(form, schema, "add_member")
    form = reshaped(form, schema, "reshape", **{"model.members.2.name": "decision_tree"})
    form.initial["model.members.2.max_depth"] = "3"
    form = reshaped(form, schema, "remove:model.members.0")
    config = config_of(form, schema)
    assert [member.name for member in config.model.members] == ["random_forest", "decision_tree"]
    assert config.model.members[1].max_depth == 3
    form = reshaped(form, schema, "add_member")
    form = reshaped(form, schema, "add_member")
    assert not form.can_add_member
    assert len(reshaped(form, schema, "add_member").shape.members) == 4


def test_a_search_asks_for_ranges_of_the_model(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema, "random_forest"), schema)
    form = reshaped(form, schema, "reshape", **{"search.method": "random"})
    posted = ConfigForm.posted(post_of(form), schema)
    assert not posted.is_valid()
    assert "Enter a range" in str(posted.errors)
    low, high = "search.ranges.max_depth.low", "search.ranges.max_depth.high"
    posted = ConfigForm.posted(post_of(form, **{low: "2", high: "9"}), schema)
    assert posted.is_valid(), posted.errors
    posted = ConfigForm.posted(post_of(form, **{low: "9", high: "2"}), schema)
    assert "the start of the range" in str(posted.errors[high])


def test_a_search_leaves_the_run_half_of_its_time(schema: Schema, settings: Any) -> None:
    settings.RUN_SOFT_TIME_LIMIT_SECONDS = 100
    form = ConfigForm.for_config(default_config(schema, "random_forest"), schema)
    form = reshaped(form, schema, "reshape", **{"search.method": "random"})
    drawn = {"search.ranges.max_depth.low": "2", "search.ranges.max_depth.high": "9"}
    long = ConfigForm.posted(post_of(form, **drawn, **{"search.seconds": "51"}), schema)
    assert not long.is_valid()
    assert long.errors["search.seconds"] == ["Must be 50 or less."]
    just = ConfigForm.posted(post_of(form, **drawn, **{"search.seconds": "50"}), schema)
    assert just.is_valid(), just.errors
    assert just.config is not None
    text = dump_yaml(just.config)
    assert YamlForm({"yaml": text}, schema=schema).is_valid()
    as_yaml = YamlForm({"yaml": text.replace("seconds: 50", "seconds: 51")}, schema=schema)
    (told,) = as_yaml.errors["yaml"]
    line = 1 + text.splitlines().index("  seconds: 50")
    assert told == f"Line {line}: search.seconds: Must be 50 or less."


def test_a_column_is_prepared_in_the_ways_that_fit_it(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema, "random_forest"), schema)
    form = reshaped(form, schema, "add_prepared", add_column="visits")
    form = reshaped(form, schema, "reshape", **{"prepared.0.treat_as": "categorical"})
    assert config_of(form, schema).preparation.columns["visits"].treat_as == "categorical"
    unknown = reshaped(form, schema, "add_prepared", add_column="no such column")
    assert unknown.shape == form.shape
    target = reshaped(form, schema, "add_prepared", add_column=schema.target)
    assert target.shape == form.shape


PATHS = st.sampled_from(
    [
        "shape",
        "model.name",
        "model.members.0.name",
        "model.members.9.name",
        "new_features.0.operation",
        "new_features.0.name",
        "new_features.x.name",
        "prepared.0.column",
        "prepared.0.treat_as",
        "selection.method",
        "search.method",
        "search.ranges.C.low",
        "columns.include",
        "threshold.value",
        "add_column",
        "add_operation",
    ]
)
VALUES = st.text(max_size=8) | st.sampled_from(
    ["ratio", "equals", "voting", "lightgbm", "signal", "datetime", "[]", "{}", '{"a": [1]}', "-1",
     "1e999", "nan", "\0", "halving", "k_best", "text"]
)  # fmt: skip
ACTIONS = st.sampled_from(
    ["reshape", "add_feature", "add_prepared", "add_member", "remove:", "remove:model",
     "remove:new_features.0", "remove:prepared.7", "remove:x.y", "remove:new_features.-1"]
) | st.text(max_size=12)  # fmt: skip


@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], deadline=None
)
@hypothesis.given(posts=st.lists(st.tuples(PATHS, VALUES), max_size=8), action=ACTIONS)
def test_no_post_breaks_the_form(schema: Schema, posts: list[tuple[str, str]], action: str) -> None:
    post = QueryDict(mutable=True)
    for name, value in posts:
        post.appendlist(name, value)
    with translation.override("en"):
        form = ConfigForm.reshaped(post, schema, action)
        form.as_p()
        assert form.sections
        posted = ConfigForm.posted(post, schema)
        posted.is_valid()
        posted.as_p()


# --- Folded sections ---------------------------------------------------------------------------
def said(form: ConfigForm) -> dict[str, str]:
    return {shown.section.key: shown.values for shown in form.sections}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_section_that_nobody_touched_says_so_in_every_language(
    schema: Schema, language: str
) -> None:
    with translation.override(language):
        form = ConfigForm.for_config(default_config(schema), schema)
        assert not any(said(form).values())
        assert not any(shown.is_open for shown in form.sections)


def test_a_section_says_what_is_set_in_it(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema), schema)
    post = post_of(form, **{"validation.folds": "7", "calibration": "sigmoid", "seed": "42"})
    changed = said(ConfigForm.posted(post, schema))
    assert changed["protocol"] == "Folds: 7"
    assert changed["decision"].startswith("Calibration: ")
    assert changed["preparation"] == ""


def test_a_section_with_a_fault_is_open(schema: Schema) -> None:
    form = ConfigForm.for_config(default_config(schema), schema)
    posted = ConfigForm.posted(post_of(form, **{"validation.folds": "many"}), schema)
    assert not posted.is_valid()
    assert [s.section.key for s in posted.sections if s.is_open] == ["protocol"]
