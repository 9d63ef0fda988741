"""Terms of forecasts and verdicts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from classrooms.glossary.term import Term

FORECASTS = (
    Term(
        "experiment",
        pgettext_lazy("glossary", "experiment"),
        gettext_lazy("One hypothesis, one config, one result, one conclusion."),
        gettext_lazy("“A deeper tree finds more churners” is tested, judged and concluded."),
    ),
    Term(
        "hypothesis",
        pgettext_lazy("glossary", "hypothesis"),
        gettext_lazy("A claim that a run can show to be wrong, with a reason."),
        gettext_lazy("“Without the postcode, recall falls, because it stands for income.”"),
    ),
    Term(
        "forecast",
        pgettext_lazy("glossary", "forecast"),
        gettext_lazy("What you say before the run: how far a metric will move."),
        gettext_lazy("ROC AUC rises by 0.02, between 0.01 and 0.03."),
    ),
    Term(
        "forecast_range",
        pgettext_lazy("glossary", "forecast range"),
        gettext_lazy("The two ends between which you expect the result 4 times in 5."),
        gettext_lazy("+0.010 to +0.030: one result in five may fall outside."),
    ),
    Term(
        "sureness",
        pgettext_lazy("glossary", "how sure"),
        gettext_lazy("The chance, in your opinion, that the metric moves the way you say."),
        gettext_lazy("90%: of ten such forecasts, nine go your way."),
    ),
    Term(
        "guardrail",
        pgettext_lazy("glossary", "guardrail"),
        gettext_lazy("A second metric that may get worse by no more than you allow."),
        gettext_lazy("“And recall falls by no more than 0.02.”"),
    ),
    Term(
        "reference",
        pgettext_lazy("glossary", "reference"),
        gettext_lazy("The experiment that yours is compared with."),
        gettext_lazy("Your tree is compared with #1, the logistic regression."),
    ),
    Term(
        "baseline",
        pgettext_lazy("glossary", "baseline"),
        gettext_lazy("A first simple model that everything else has to beat."),
        gettext_lazy("A model that always says “stays” is right 78 times in 100."),
    ),
    Term(
        "config",
        pgettext_lazy("glossary", "config"),
        gettext_lazy("All settings of a run: columns, preprocessing, model, seed."),
        gettext_lazy("The same config gives the same numbers."),
    ),
    Term(
        "run",
        pgettext_lazy("glossary", "run"),
        gettext_lazy("The computer fits the model and scores it."),
        gettext_lazy("It takes seconds; its result never changes afterwards."),
    ),
    Term(
        "verdict",
        pgettext_lazy("glossary", "verdict"),
        gettext_lazy("What the interval says of your forecast."),
        gettext_lazy("As forecast, smaller, opposite, cannot tell …"),
    ),
    Term(
        "as_forecast",
        pgettext_lazy("glossary", "as forecast"),
        gettext_lazy("The effect is there, and its interval meets your range."),
        gettext_lazy("You said +0.01 to +0.03; measured +0.005 to +0.019."),
    ),
    Term(
        "too_small",
        pgettext_lazy("glossary", "too small to matter"),
        gettext_lazy("The whole interval lies closer to 0 than what matters here."),
        gettext_lazy("+0.001 to +0.004, where 0.005 is the least that matters."),
    ),
    Term(
        "equivalent",
        pgettext_lazy("glossary", "equivalent"),
        gettext_lazy("The rows show that nothing changes that matters."),
        gettext_lazy("Without the noise column: −0.002 to +0.003."),
    ),
    Term(
        "cannot_tell",
        pgettext_lazy("glossary", "cannot tell"),
        gettext_lazy("The test rows are too few to decide; that is a result, too."),
        gettext_lazy("−0.01 to +0.03 holds both 0 and an effect that matters."),
    ),
    Term(
        "opposite",
        pgettext_lazy("glossary", "opposite"),
        gettext_lazy("The metric moved the other way, beyond chance."),
        gettext_lazy("You said it rises; the interval is −0.05 to −0.01."),
    ),
    Term(
        "refuted",
        pgettext_lazy("glossary", "refuted"),
        gettext_lazy("You said that nothing changes, and it does."),
        gettext_lazy("Forecast within ±0.01; measured +0.02 to +0.04."),
    ),
    Term(
        "not_believed",
        pgettext_lazy("glossary", "not to be believed"),
        gettext_lazy("A leak or a fault stands behind the number."),
        gettext_lazy("The column “refund date” is filled in after the customer left."),
    ),
    Term(
        "margin",
        pgettext_lazy("glossary", "margin"),
        gettext_lazy("The smallest difference that matters in this Dojo."),
        gettext_lazy("±0.01: whoever gains 0.004 has gained nothing."),
    ),
    Term(
        "visible_effect",
        pgettext_lazy("glossary", "smallest visible effect"),
        gettext_lazy("The smallest true difference that this test set shows 4 times in 5."),
        gettext_lazy("With 1,600 rows about 0.03 ROC AUC between two models."),
    ),
    Term(
        "power",
        pgettext_lazy("glossary", "power"),
        gettext_lazy("The chance to see an effect that is there."),
        gettext_lazy("38%: most often you would see nothing, though it is there."),
    ),
    Term(
        "interval",
        pgettext_lazy("glossary", "confidence interval"),
        gettext_lazy(
            "Values that go with the test rows; 95 of 100 such intervals hold the true one."
        ),
        gettext_lazy("0.80 [0.77, 0.83]: the true score is probably in there."),
    ),
    Term(
        "chance",
        pgettext_lazy("glossary", "chance"),
        gettext_lazy("What other test rows would have changed."),
        gettext_lazy("+0.002 may be −0.003 on other rows."),
    ),
    Term(
        "paired",
        pgettext_lazy("glossary", "paired difference"),
        gettext_lazy("Two models on the same rows, so that easy rows cancel out."),
        gettext_lazy("Only rows on which they disagree tell them apart."),
    ),
    Term(
        "skill",
        pgettext_lazy("glossary", "forecasting skill"),
        gettext_lazy(
            "How much better your ranges are than the product's own; 1 is perfect, 0 no better."
        ),
        gettext_lazy("+0.30: your ranges are narrower, and hold."),
    ),
    Term(
        "calibrated",
        pgettext_lazy("glossary", "calibrated"),
        gettext_lazy("What is said to come 9 times in 10 does so."),
        gettext_lazy("Said 90%, came 60%: too sure."),
    ),
    Term(
        "one_change",
        pgettext_lazy("glossary", "one change at a time"),
        gettext_lazy("One idea per experiment, so that you know what moved the score."),
        gettext_lazy("Another model and other columns at once: which of them helped?"),
    ),
    Term(
        "conclusion",
        pgettext_lazy("glossary", "conclusion"),
        gettext_lazy("What you take from a result: an analysis, a decision, a next step."),
        gettext_lazy("Rejected: the interval holds 0. Next: fewer columns."),
    ),
    Term(
        "error_analysis",
        pgettext_lazy("glossary", "error analysis"),
        gettext_lazy("Reading the rows that the model gets wrong, to learn what they share."),
        gettext_lazy("Most missed churners have contracts younger than three months."),
    ),
    Term(
        "rigour",
        pgettext_lazy("glossary", "rigour"),
        gettext_lazy("How well somebody experiments, counted from their log."),
        gettext_lazy("Baseline first, one change at a time, errors looked at."),
    ),
)
