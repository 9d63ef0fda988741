"""The starter notebook of a Dojo: its data, a baseline, and code between config and pipeline."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Iterator

import nbformat
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.models import Dojo
from engine.build.codegen import data_code, experiment_code, functions_code, imports_code
from engine.build.source_text import literal
from engine.build.starter import long_text, starter_code, starter_models
from engine.spec.yaml_text import dump_yaml
from experiments.exports.archives.participant import data_archive, safe_name, write_entry
from experiments.exports.documents.log import cleaning_list, plain_line
from experiments.exports.notebooks.cells import code_cell, markdown_cell, write_notebook
from experiments.exports.notebooks.code import data_source
from experiments.exports.notebooks.requirements import starter_requirements
from experiments.signals import starter_code_asked_for
from experiments.submit.rules import first_config

Absolute = Callable[[str], str]

SCORES = """\
for name in sorted(metrics["test"]):
    print(f"{name:20}" + "".join(f"{metrics[part][name]:10.4f}" for part in ("train", "test")))"""
LOOK = """\
print(data["{split}"].value_counts())
print(f"train: {{y_train.mean():.1%}}, test: {{y_test.mean():.1%}}")
data.isna().mean().sort_values(ascending=False).head(10)"""
FROM_YAML = """\
config = yaml.safe_load({text})
pipeline = pipeline_from(config)
metrics = evaluate(pipeline, (X_train, y_train), (X_test, y_test), folds)
"""
# Of parts that the platform can say.
OWN = """\
numbers = [name for name in DEFAULT["columns"]["include"] if KINDS[name] == "numeric"]
mine = make_pipeline(
    make_column_transformer((numeric_steps(scale="robust"), numbers), sparse_threshold=0),
    model_from({{"name": {model}}}),
)
"""
WHOLE = """\
mine = pipeline_from(DEFAULT)
"""
TO_YAML = """
print(yaml.safe_dump(config_from(mine), sort_keys=False, allow_unicode=True))"""


def starter_name(dojo: Dojo) -> str:
    return f"{safe_name(dojo.title, 'dojo')}-starter.zip"


def starter_archive(dojo: Dojo, absolute: Absolute) -> io.BytesIO:
    """The notebook with the data and the exact versions. Same content, same bytes.

    Args:
        absolute: makes an absolute address of a path.
    """
    buffer = io.BytesIO(data_archive(dojo.dataset))
    with zipfile.ZipFile(buffer, "a") as archive:
        write_entry(archive, "starter.ipynb", starter_notebook(dojo, absolute).encode())
        write_entry(archive, "requirements.txt", starter_requirements().encode())
    buffer.seek(0)
    return buffer


def starter_notebook(dojo: Dojo, absolute: Absolute) -> str:
    """The notebook as JSON, in the Dojo's language."""
    with translation.override(dojo.language):
        return write_notebook(_cells(dojo, absolute), dojo.language)


def _cells(dojo: Dojo, absolute: Absolute) -> Iterator[nbformat.NotebookNode]:
    schema = dojo.schema
    first = first_config(dojo, _known_model("logistic_regression", dojo.rules.allowed_models))
    baseline = experiment_code(first, schema)
    both_ways = starter_code(first, schema)
    # The functions read and score like the platform, whatever the baseline uses of them.
    both_ways.functions |= baseline.functions
    yield markdown_cell("start", _start(dojo))
    yield code_cell("imports", imports_code([baseline, both_ways]))
    yield markdown_cell("about-data", _about_data(dojo))
    yield code_cell("data", data_code(data_source(dojo)))
    yield code_cell("look", LOOK.format(split=dojo.dataset.split_column))
    yield markdown_cell("baseline", _baseline())
    yield code_cell("functions", functions_code([both_ways]))
    yield code_cell("first", "\n".join([*baseline.statements, SCORES]))
    yield markdown_cell("both-ways", _both_ways())
    yield code_cell("translate", "\n".join(both_ways.statements))
    yield from _examples(dojo)
    answers = starter_code_asked_for.send(sender=Dojo, dojo=dojo, absolute=absolute)
    for _receiver, code in answers:
        yield markdown_cell("submit-from-here", _submitting())
        yield code_cell("submit", str(code))


def _start(dojo: Dojo) -> str:
    title = "# " + _("Starter notebook: %(title)s") % {"title": plain_line(dojo.title)}
    words = _(
        "For people who prefer Jupyter. Explore here, then submit your experiment on "
        "the platform: the hypothesis first, then the YAML that the last cell "
        "prints. Only submitted experiments appear in your log and on the "
        "leaderboard."
    )
    setup = _(
        "Put `data.csv` and `requirements.txt` (%(command)s) next to this notebook; "
        "it then runs without a network."
    ) % {"command": "`pip install -r requirements.txt`"}
    return "\n\n".join([title, words, setup])


def _about_data(dojo: Dojo) -> str:
    sizes = dojo.dataset.part_sizes
    kinds = {
        "stratified": _("at random, with the same share of each class"),
        "time": _("by time: the training rows are the earliest, the holdout rows the latest"),
        "group": _("by group: no group is in two parts"),
    }
    words = _(
        "%(title)s: does `%(target)s` equal `%(positive)s`? The rows were split "
        "once, %(kind)s: %(train)s training rows to learn from, %(test)s test rows "
        "to compare models, and %(holdout)s holdout rows, which are not in the file: "
        "at the end they show which models only fit the test rows. Choose by "
        "cross-validation on the training rows; look at the test rows rarely."
    ) % {
        "title": plain_line(dojo.dataset.title),
        "target": dojo.schema.target,
        "positive": dojo.schema.positive_class,
        "kind": kinds[dojo.schema.split.kind],
        **sizes,
    }
    return "## " + _("Data") + "\n" + words + cleaning_list(dojo.dataset)


def _baseline() -> str:
    words = _(
        "Without a baseline, how will you know that a model is better? These "
        "functions score exactly as the platform does."
    )
    return "## " + _("Baseline") + "\n" + words


def _both_ways() -> str:
    words = _(
        "The platform describes an experiment with a config, shown as YAML. "
        "`pipeline_from` turns it into a scikit-learn pipeline, the same one that "
        "the platform runs; `config_from` turns it back. Both support the most "
        "common settings and reject others by name; use the form for those."
    )
    return "## " + _("From YAML to a pipeline and back") + "\n" + words


def _submitting() -> str:
    words = _(
        "With a personal token (on the platform: open the menu with your email, then "
        "*Access tokens*) in the environment variable `MLX_TOKEN`, the next cell "
        "submits an experiment and waits for its result. Without a token it does "
        "nothing."
    )
    return "## " + _("Submit from the notebook") + "\n" + words


def _examples(dojo: Dojo) -> Iterator[nbformat.NotebookNode]:
    model = _known_model("hist_gradient_boosting", dojo.rules.allowed_models)
    config = first_config(dojo, model)
    text = long_text(dump_yaml(config))
    yield markdown_cell("from-yaml", _("The YAML of an experiment, as shown in the form:"))
    yield code_cell("pipeline", FROM_YAML.format(text=text) + SCORES)
    words = _(
        "And back: copy the output, choose *New experiment* on the platform, show "
        "the config *as YAML*, and paste it there."
    )
    yield markdown_cell("to-yaml", words)
    has_numbers = any(dojo.schema.by_name[n].type == "numeric" for n in config.columns.include)
    own = OWN.format(model=literal(model)) if has_numbers else WHOLE
    yield code_cell("config", own + TO_YAML)


def _known_model(preferred: str, allowed: Collection[str]) -> str:
    """The preferred model, or the simplest that the Dojo allows and the notebook knows."""
    if not allowed or preferred in allowed:
        return preferred
    return next((name for name in starter_models() if name in allowed), preferred)
