"""What a limitation says, by its code. The web process reads this: no scientific library here."""

from __future__ import annotations

from engine.messages import N_

# In "names" stand up to five columns, as in the warnings of a run, "more" are left;
# shares and rates are from 0 to 1.
LIMITS: dict[str, str] = {
    "small_test": N_(
        "The score comes from %(rows)s test rows. On other rows like these, it could "
        "lie anywhere from %(low)s to %(high)s. Differences within that range say "
        "nothing."
    ),
    "few_of_a_class": N_(
        "Test rows in the class “%(name)s”: only %(rows)s. Every statement about "
        "that class rests on them."
    ),
    "rare_class": N_(
        "Only %(share)s of rows are “%(name)s”: a model that never predicts it "
        "scores well too. Look at recall and average precision."
    ),
    "overfitting": N_(
        "The model reaches %(train)s on training rows and %(test)s on test rows: it "
        "has memorised some of the training rows."
    ),
    "too_good": N_(
        "The score is %(score)s: before you trust it, check that no column is recorded after "
        "the outcome, and that no row is in both the training set and the test set."
    ),
    "miscalibrated": N_(
        "Miscalibrated in %(bins)s of %(of)s groups of rows: use the probabilities "
        "to rank rows, not as chances."
    ),
    "weak_slice": N_(
        "Where %(conditions)s, the model is wrong on %(rate)s of %(size)s rows; "
        "elsewhere, on %(rest_rate)s."
    ),
    "small_group": N_(
        "Groups of “%(name)s” with too few test rows (under %(smallest)s) to say how "
        "the model treats them: %(count)s."
    ),
    "unequal_groups": N_(
        "The model treats the groups of “%(name)s” differently: “%(rate)s” is "
        "%(highest)s for one and %(lowest)s for another."
    ),
    "outside_range": N_(
        "Test rows with numbers outside the range of the training set: up to "
        "%(share)s, in %(names)s. There the model guesses."
    ),
    "unseen_category": N_(
        "Test rows with categories that the model never saw: up to %(share)s, in %(names)s."
    ),
    "leak_suspected": N_(
        "Almost enough to separate the classes alone: %(names)s. Will you know it when you predict?"
    ),
    "one_column_decides": N_(
        "“%(name)s” carries %(share)s of the total importance: the model is only as "
        "good, and as up to date, as this column."
    ),
    "drift": N_(
        "Distributed differently in the training set and the holdout: %(names)s. "
        "What the model learned may no longer hold."
    ),
    "target_drift": N_(
        "The positive class makes up %(share)s of the training set and "
        "%(share_later)s of the holdout: the model's probabilities and threshold are "
        "out of date."
    ),
    "time_ignored": N_(
        "Rows were split at random. If they came over time, predicting later ones may be "
        "harder than this test. Columns with dates: %(names)s."
    ),
    "rows_in_train_and_test": N_(
        "Test rows that also appear in the training set: %(count)s. A model may "
        "have memorised them."
    ),
    "texts_in_train_and_test": N_(
        "Test texts that also appear word for word in the training set, in "
        "%(names)s: %(count)s. A model may have memorised them."
    ),
}
