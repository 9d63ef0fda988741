"""What differs between two configs."""

from engine.spec.changes import Change, describe_changes, ideas_of
from engine.spec.config import default_config, validate_config
from tests.engine.config_examples import RATIO, SCHEMA, VALID


def test_differences_are_told_field_by_field() -> None:
    before = default_config(SCHEMA, "random_forest")
    data = before.model_dump(mode="json")
    data["columns"] = {"include": ["age", "member", "number"]}
    data["model"]["n_estimators"] = 7
    data["preparation"]["numeric"]["scale"] = "none"
    data["preparation"]["columns"]["age"] = {"treat_as": "categorical"}
    data["selection"] = {"method": "k_best", "k": 3}
    data["new_features"] = [RATIO]
    after = validate_config(data, SCHEMA)
    found = describe_changes(before, after, SCHEMA)
    assert [(change.path, change.before, change.after) for change in found[:5]] == [
        (("columns",), "colour", None),
        (("columns",), "comment", None),
        (("columns",), "since", None),
        (("columns",), None, "number"),
        (("new_features",), None, RATIO),
    ]
    assert found[5].path == ("preparation", "columns", "age")
    assert found[6:] == [
        Change(("selection", "method"), "none", "k_best"),
        Change(("preparation", "numeric", "scale"), "standard", "none"),
        Change(("model", "n_estimators"), 100, 7),
    ]
    assert describe_changes(before, before, SCHEMA) == []


def test_the_same_columns_written_otherwise_are_no_difference() -> None:
    named, typed = (
        validate_config(VALID | {"columns": columns}, SCHEMA)
        for columns in ({"include": ["age"]}, {"include_types": ["numeric"]})
    )
    assert describe_changes(named, typed, SCHEMA) == []


def test_another_model_is_one_difference() -> None:
    before, after = default_config(SCHEMA, "dummy"), default_config(SCHEMA, "xgboost")
    changes = describe_changes(before, after, SCHEMA)
    assert changes == [Change(("model", "name"), "dummy", "xgboost")]


def test_each_column_is_a_change_and_the_settings_of_a_model_are_one() -> None:
    before = default_config(SCHEMA, "random_forest")
    data = before.model_dump(mode="json")
    data["model"] |= {"n_estimators": 7, "max_depth": 3}
    data["columns"] = {"exclude": ["age", "colour"]}
    data["preparation"]["numeric"]["scale"] = "none"
    found = describe_changes(before, validate_config(data, SCHEMA), SCHEMA)
    ideas = {("columns", "age"), ("columns", "colour"), ("settings",), ("preparation",)}
    assert ideas_of(found) == ideas
    assert ideas_of(found, ignored={"age"}) == ideas - {("columns", "age")}
    assert ideas_of([]) == set()
