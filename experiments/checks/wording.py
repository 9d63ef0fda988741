"""A careful colleague's checks in words: what each asks, finds and explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from engine.judge.checks import check as codes
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS
from experiments.templatetags.experiments import between, percent, score, seconds, signed
from experiments.wording.messages import names_in_words
from experiments.wording.options import option_label

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Explanation:
    """What one check is about.

    Attributes:
        title: what it finds, as a heading.
        question: that it asks of a result.
        why: it matters.
        how: it is computed.
        remedy: what to do where it finds something.
        blind: what it cannot tell.
        found: the sentence where it found something, from the numbers of the check.
    """

    code: str
    title: str | Promise
    question: str | Promise
    why: str | Promise
    how: str | Promise
    remedy: str | Promise
    blind: str | Promise
    found: Callable[[Context], str]


def _difference(context: Context) -> str:
    return between(signed(context["low"]), signed(context["high"]))


def _label(context: Context) -> str:
    return _(METRICS[context["metric"]].label)


def _no_better(context: Context) -> str:
    return _(
        "%(metric)s is %(score)s, and %(baseline)s without looking at any column; the difference "
        "is %(difference)s: it may be chance."
    ) % {
        "metric": _label(context),
        "score": score(context["score"]),
        "baseline": score(context["baseline"]),
        "difference": _difference(context),
    }


def _odd_fold(context: Context) -> str:
    return _(
        "Fold %(fold)s of %(folds)s has %(metric)s %(score)s; the others lie between %(low)s and "
        "%(high)s."
    ) % {
        "fold": context["fold"],
        "folds": context["folds"],
        "metric": _label(context),
        "score": score(context["score"]),
        "low": score(context["low"]),
        "high": score(context["high"]),
    }


def _worse(context: Context) -> str:
    return _(
        "%(metric)s is %(score)s; histogram boosting at its defaults reaches %(boosting)s on the "
        "same test rows. The difference is %(difference)s: more than chance."
    ) % {
        "metric": _label(context),
        "score": score(context["score"]),
        "boosting": score(context["boosting"]),
        "difference": _difference(context),
    }


def _slow(context: Context) -> str:
    return _(
        "1,000 predictions take %(seconds)s, about %(times)s times as long as with histogram "
        "boosting (%(boosting)s)."
    ) % {
        "seconds": seconds(context["seconds"]),
        "boosting": seconds(context["boosting"]),
        "times": round(context["times"]),
    }


def _at_edge(context: Context) -> str:
    fields = MODELS[context["model"]].model_fields
    told = []
    for one in context["parameters"]:
        words = _("%(name)s = %(value)s, tried from %(bound)s on")
        if one["end"] == "high":
            words = _("%(name)s = %(value)s, tried up to %(bound)s")
        told.append(
            words
            % {
                "name": _(str(fields[one["name"]].title)),
                "value": option_label(_rounded(one["value"])),
                "bound": option_label(_rounded(one["bound"])),
            }
        )
    return _("The best value is at the edge of what was tried: %(values)s.") % {
        "values": "; ".join(told)
    }


def _rounded(value: float) -> float:
    """Four digits that count: a search draws sixteen."""
    return int(value) if value == int(value) else float(f"{value:.4g}")


def _without_use(context: Context) -> str:
    count = len(context["names"]) + context["more"]
    words = ngettext(
        "Shuffling this column costs nothing beyond chance: %(names)s.",
        "Shuffling any of these columns costs nothing beyond chance: %(names)s.",
        count,
    )
    return words % {"names": names_in_words(context["names"], context["more"])}


def _not_tuned(context: Context) -> str:
    return _("Every hyperparameter of %(model)s is at its default.") % {
        "model": _(MODELS[context["model"]].label)
    }


def _better_on_train(context: Context) -> str:
    return _(
        "%(metric)s is better on the training rows by %(gap)s, 95%% interval; even its low end is "
        "above %(least)s."
    ) % {
        "metric": _label(context),
        "gap": _difference(context),
        "least": score(codes.LEAST_GAP, 2),
    }


def _contradictory(context: Context) -> str:
    return _(
        "%(rows)s of %(of)s training rows (%(share)s) equal others in every column of the model "
        "and have another class. No model of these columns can be right on more than %(best)s of "
        "the training rows."
    ) % {
        "rows": context["rows"],
        "of": context["of"],
        "share": percent(context["share"], 1),
        "best": percent(context["best"], 1),
    }


EXPLANATIONS: dict[str, Explanation] = {
    one.code: one
    for one in (
        Explanation(
            codes.NO_BETTER_THAN_BASELINE,
            gettext_lazy("No better than the baseline"),
            gettext_lazy("Is it better than looking at nothing?"),
            gettext_lazy(
                "A model that says the same of every row costs nothing and knows nothing. Whatever "
                "isn't better than that beyond chance has not been shown to learn anything."
            ),
            gettext_lazy(
                "The baseline gives each test row the share of the positive class in the training "
                "rows. Both are scored on the same test rows, with the Dojo's primary metric, and "
                "the 95% interval of their difference is the one that every comparison uses. The "
                "check finds something where that interval reaches 0."
            ),
            gettext_lazy(
                "Look whether the columns can know anything about the outcome, whether rows were "
                "lost on the way, and whether the metric rewards what you want. With few test "
                "rows, a real gain can be hidden by chance: look at how wide the interval is."
            ),
            gettext_lazy(
                "It doesn't say that there is nothing to learn: only that this run "
                "doesn't show it on these rows."
            ),
            _no_better,
        ),
        Explanation(
            codes.ODD_FOLD,
            gettext_lazy("One fold unlike the others"),
            gettext_lazy("Does it work equally well in every part of the data?"),
            gettext_lazy(
                "Cross-validation gives one score per fold. A fold far from all others often holds "
                "rows of another kind: another shop, a broken sensor, a column that changed its "
                "meaning. The mean hides it."
            ),
            gettext_lazy(
                "Grubbs' test (Technometrics, 1969) on the folds' scores: the distance of the "
                "furthest one from the mean, in standard deviations, against what 1 in 100 runs "
                "with equal folds would show. It needs at least 4 folds, each row in one of them."
            ),
            gettext_lazy(
                "Look at the rows of that fold: what do they have in common? If they belong "
                "together (a customer, a month), split by group or by time instead."
            ),
            gettext_lazy(
                "With few folds it sees only large oddities, and it can't tell a fold with "
                "difficult rows from one with wrong rows."
            ),
            _odd_fold,
        ),
        Explanation(
            codes.WORSE_THAN_BOOSTING,
            gettext_lazy("Worse than boosting at its defaults"),
            gettext_lazy("Would a good standard model do better without any effort?"),
            gettext_lazy(
                "Histogram gradient boosting at its defaults is quick, takes every column as it "
                "is and is hard to beat on tables. A model that is worse has to offer something "
                "else: that one can read it, or that it is fast."
            ),
            gettext_lazy(
                "It is fitted once for the dataset and its split, on all columns but identifiers "
                "and those marked as recorded after the outcome; it is on no leaderboard. The "
                "check finds something where the whole 95% interval of the difference, on the same "
                "test rows, is on its side."
            ),
            gettext_lazy(
                "Find out what it knows that your model doesn't: a column that you left out, a "
                "curve where you have a straight line, two columns that matter together. Or keep "
                "your model, and write down what it is better at."
            ),
            gettext_lazy(
                "A better score isn't a better model: it doesn't know what an explanation is "
                "worth to you."
            ),
            _worse,
        ),
        Explanation(
            codes.SLOW_TO_PREDICT,
            gettext_lazy("Slow to predict"),
            gettext_lazy("Would somebody have to wait for its predictions?"),
            gettext_lazy(
                "A model is fitted once and asked for ever. One that takes a hundred times as "
                "long costs machines, and time of those who wait."
            ),
            gettext_lazy(
                "The time for 1,000 predictions, preparation included, the quickest of three "
                "tries, against the same of histogram boosting. Ten times as long and more than a "
                "tenth of a second is slow. It is measured on this server: elsewhere the numbers "
                "differ, the ratio hardly."
            ),
            gettext_lazy(
                "Fewer trees, fewer neighbours, fewer members of an ensemble: how much "
                "of the score is left?"
            ),
            gettext_lazy("Whether anybody minds: a list that is computed at night can be slow."),
            _slow,
        ),
        Explanation(
            codes.EDGE_OF_SEARCH,
            gettext_lazy("Best value at the edge of the search"),
            gettext_lazy("Did the search look far enough?"),
            gettext_lazy(
                "If the best value tried is the largest or the smallest, a better one may lie "
                "beyond."
            ),
            gettext_lazy(
                "For each hyperparameter that the search drew: whether the winner lies within the "
                "outer twentieth of its range, on the scale it was drawn on; of whole numbers, "
                "whether it is the first or the last."
            ),
            gettext_lazy("Search again in a range that has the value in its middle."),
            gettext_lazy(
                "If the score hardly moves along the range, the edge says nothing. Look at the "
                "trials."
            ),
            _at_edge,
        ),
        Explanation(
            codes.COLUMN_WITHOUT_USE,
            gettext_lazy("A column without use"),
            gettext_lazy("Does each column contribute?"),
            gettext_lazy(
                "Each column has to be collected, kept clean and explained, and noise invites the "
                "model to memorise. What contributes nothing can go."
            ),
            gettext_lazy(
                "Permutation importance (Breiman, 2001) on test rows: what the primary metric "
                "loses when the column is shuffled, five times. The check names columns whose 95% "
                "interval of the mean loss reaches 0."
            ),
            gettext_lazy(
                "Leave it out in the next experiment and predict that nothing changes that "
                "matters: that is a claim a test can support."
            ),
            gettext_lazy(
                "Of two columns that say the same, each seems useless while the other is there. "
                "Leave out one, not both."
            ),
            _without_use,
        ),
        Explanation(
            codes.NOTHING_TUNED,
            gettext_lazy("Nothing was tuned"),
            gettext_lazy("Could other hyperparameters do better?"),
            gettext_lazy(
                "Defaults suit many datasets a little. For a first look and for a baseline they "
                "are right; a final model deserves at least one try."
            ),
            gettext_lazy(
                "Whether any hyperparameter of the model, or of its members, differs from the "
                "default, or a search was run."
            ),
            gettext_lazy(
                "Choose the one that limits how much the model can memorise (regularisation, "
                "depth, neighbours), and say before the run which way it will move the score."
            ),
            gettext_lazy("The default may be best. Then a try shows it."),
            _not_tuned,
        ),
        Explanation(
            codes.BETTER_ON_TRAIN,
            gettext_lazy("Better on the training rows"),
            gettext_lazy("Did it learn, or memorise?"),
            gettext_lazy(
                "A model that is much better on rows it has seen remembers some of them. Its "
                "training score says nothing about new rows."
            ),
            gettext_lazy(
                "Training and test rows are different rows, so both scores are uncertain "
                "independently. Their intervals are combined into the 95% interval of the gap "
                "(Zou and Donner, Statistics in Medicine, 2008). The check finds something where "
                "even its low end is above 0.02."
            ),
            gettext_lazy(
                "Compare with a simpler model: if the test score is as good, take it. If it is "
                "worse, the gap is the price of a better model, and that is fine too."
            ),
            gettext_lazy("A gap isn't an error: what counts is the score on new rows."),
            _better_on_train,
        ),
        Explanation(
            codes.CONTRADICTORY_ROWS,
            gettext_lazy("Equal rows, different classes"),
            gettext_lazy("Can any model be right on these columns?"),
            gettext_lazy(
                "Where two rows are equal in everything that the model sees and end differently, "
                "it must be wrong on one of them. They put a limit on every score."
            ),
            gettext_lazy(
                "Training rows are compared in the columns that the config chooses. The check "
                "finds something where at least one in a hundred contradicts others."
            ),
            gettext_lazy(
                "Look for the column that tells them apart, perhaps one that you left out. If "
                "there is none, the outcome depends on something that nobody recorded."
            ),
            gettext_lazy(
                "With numbers that hardly ever repeat, rows are never equal, and contradict each "
                "other all the same."
            ),
            _contradictory,
        ),
    )
}
