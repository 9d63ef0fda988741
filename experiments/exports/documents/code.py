"""The code of a log: what all experiments share once, and what is each one's own."""

from __future__ import annotations

from dataclasses import dataclass

from engine.build.codegen import data_code, experiment_code, functions_code, imports_code
from experiments.exports.documents.content import LogContent
from experiments.exports.notebooks.code import data_source
from experiments.exports.record import Record


@dataclass(frozen=True)
class LogCode:
    """
    Attributes:
        shared: imports, data and functions; empty without an experiment.
        own: the statements of each experiment, in the log's order; after `shared` in one file
            beside the data they give its numbers.
    """

    shared: str
    own: list[str]


def log_code(record: Record, content: LogContent) -> LogCode:
    """The code of the experiments of a log."""
    dojo = record.seat.dojo
    codes = [
        experiment_code(one.experiment.parsed_config, dojo.schema, one.result.run.replay)
        for one in content.experiments
    ]
    parts = [imports_code(codes), data_code(data_source(dojo)), functions_code(codes)]
    return LogCode(
        shared="\n".join(parts).strip() if codes else "",
        own=["\n".join(code.statements).strip() for code in codes],
    )
