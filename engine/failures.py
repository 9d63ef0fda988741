"""Reasons why a run can't be done: codes that are translated later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class CannotRun(Exception):
    """The config can't be run on this data, for a reason that a learner can fix.

    Args:
        code: names the reason.
        context: JSON-able values that the sentence quotes.
    """

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(f"{code} {context}")
        self.code = code
        self.context = context


# What the libraries say, by the code of ours that says it to a learner. What no check can
# know beforehand (how many words a fold has) shows only in the fit.
PATTERNS = {
    "empty_vocabulary": r"empty vocabulary|no terms remain|max_df corresponds to",
    "nothing_selected": r"meets the variance threshold|0 feature\(s\)|at least one feature"
    r"|at least 1 column",
    "no_value": r"window shape cannot be larger",
    "too_many_components": r"n_components\W*=?\(?(?P<asked>\d+)\)? must be"
    r"|required by TruncatedSVD",
    "too_many_neighbours": r"n_neighbors <= n_samples_fit.*n_neighbors = (?P<asked>\d+)",
    "gap_leaves_no_rows": r"Too many splits=\d+ for number of samples=(?P<rows>\d+)",
    "class_vanishes": r"number of classes has to be greater than one|samples of at least 2 classes"
    r"|contains? only one class|Invalid classes inferred|least populated class"
    r"|provided less than \d+ examples|n_splits=\d+ cannot be greater"
    r"|[Cc]lasses? .* only one|have only one class",
    "needs_scaling": r"results in a frozen fit",
    "not_finite": r"contains infinity|contains NaN|value too large for dtype",
}


@contextmanager
def learner_errors() -> Iterator[None]:
    """Convert library exceptions into `CannotRun` with a user-facing code.

    Raises:
        CannotRun: where the complaint is one that a learner can mend.
    """
    try:
        yield
    except ValueError as error:
        for code, pattern in PATTERNS.items():
            if found := re.search(pattern, str(error)):
                context = {key: int(value) for key, value in found.groupdict().items() if value}
                raise CannotRun(code, **context) from error
        raise
