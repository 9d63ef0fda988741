"""Sentences and questions of the rule-based coach about each topic, the same for everyone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Topic:
    """Something that people ask about.

    Attributes:
        pattern: what names it in both languages, in text without capitals or accents.
        answer: an explanation that leaves the work to them, and one question.
    """

    pattern: re.Pattern[str]
    answer: Text


def topic(pattern: str, answer: Text) -> Topic:
    return Topic(re.compile(rf"\b(?:{pattern})"), answer)


# The first that matches answers: what is said more precisely stands before what is general.
TOPICS = (
    topic(
        r"hypothes\w*",
        _(
            "A testable hypothesis names one change, the reason why it should help, "
            "and a number that could prove it wrong. **Which number would prove "
            "yours wrong?**"
        ),
    ),
    topic(
        r"seuils?\b|thresholds?\b",
        _(
            "A threshold trades one type of error for the other. Which of the two "
            "costs more here, and who pays?"
        ),
    ),
    topic(
        r"confusion|faux (?:positif|negatif)|false (?:positive|negative)|fausses? alarmes?"
        r"|false alarms?",
        _(
            "The confusion matrix counts four kinds of rows: true positives, false "
            "negatives (missed cases), false positives (false alarms) and true "
            "negatives. **Which of the two types of error would the people behind "
            "your framing prefer?**"
        ),
    ),
    topic(
        r"validation croisee|cross.?validation|\bcv\b|folds?\b",
        _(
            "Cross-validation scores a model several times, on parts of the training "
            "set that it did not learn from; the spread of these scores shows how "
            "far to trust their mean. **Is your improvement larger than that "
            "spread?**"
        ),
    ),
    topic(
        r"holdout|hold (?:\w+ )?out|test set|jeu de test|train.{0,12}test|mettre .{0,15}de cote"
        r"|cacher|lignes? cachees?|hidden rows?",
        _(
            "Rows that the model has never seen represent tomorrow's cases. Each "
            "time you look at the test set to choose something, you wear it out a "
            "little; the holdout tells at the end. **Which of your choices did you "
            "make by looking at the test set?**"
        ),
    ),
    topic(
        r"surapp\w*|overfit\w*|sous.?apprentissage|underfit\w*|par coeur|by heart"
        r"|train\b.{0,20}\b(?:1[.,]0|100|parfait|perfect)",
        _("Compare train and test: how large is the gap, and does it shrink with a simpler model?"),
    ),
    topic(
        r"desequilibr\w*|imbalance\w*|unbalanced|classes? rares?|rare class\w*|class.?weight"
        r"|smote|minorit\w*",
        _(
            "When one class is rare, always answering the other is right most of the "
            "time: accuracy hides that, while recall and precision of the rare class "
            "show it. **What would a model score that never finds the rare class?**"
        ),
    ),
    topic(
        r"interval\w*|hasard|chance\b|signific\w*|luck\w*|bruit|noise",
        _(
            "An interval says where the score could be on other rows like these. "
            "Does yours include the score that you want to beat?"
        ),
    ),
    topic(
        r"accuracy|exactitude|f1\b|precision|recall|rappel|roc\b|auc\b|metri\w*|log.?loss|brier",
        _(
            "A metric says what an error costs: recall counts missed cases, "
            "precision counts false alarms, F1 weighs both, ROC AUC rates the "
            "ranking without a threshold, and accuracy treats all rows alike. "
            "**Which error does your decision pay for most?**"
        ),
    ),
    topic(
        r"calibr\w*|probabilit\w*",
        _(
            "Probabilities are calibrated if, among rows given a probability of 0.3, "
            "about 30 in 100 are positive. **Does anyone use your probabilities as "
            "numbers, or only their order?**"
        ),
    ),
    topic(
        r"baselines?\b|references?\b|dummy",
        _(
            "A baseline is the simplest thing that anyone could do today. What is it "
            "for your problem, and what does it score?"
        ),
    ),
    topic(
        r"fuites?\b|leak\w*|data leakage|trop beau|too good",
        _("For each column: will you know its value when you predict?"),
    ),
    topic(
        r"valeurs? manquantes?|missing values?|\bnan\b|imput\w*|vides\b|blanks?\b",
        _(
            "A value can be missing by accident, or for a reason that says something "
            "about the row. **Is the target as frequent where it is missing as "
            "elsewhere?**"
        ),
    ),
    topic(
        r"one.?hot|encod\w*|categori\w*",
        _(
            "Encoding turns categories into numbers: one column per category loses "
            "nothing but grows wide, one number per category imposes an order. "
            "**Which categories have too few rows to learn from?**"
        ),
    ),
    topic(
        r"standardi\w*|normali[sz]\w*|scal(?:e|ing)\b|mise a l'echelle",
        _(
            "Models based on distances or sums (logistic regression, neighbours, "
            "SVM) are sensitive to a column's unit; trees are not. **Which kind is "
            "yours?**"
        ),
    ),
    topic(
        r"hyper.?param\w*|grid|regularis\w*|regulariz\w*|max_depth|profondeur|learning rate",
        _(
            "Most hyperparameters set how closely a model may fit its rows. Change "
            "one, say beforehand what train and test scores should do, and see. "
            "**Does your model fit too closely or too loosely now?**"
        ),
    ),
    topic(
        r"seeds?\b|graine|reproduc\w*|reproduire|meme resultat|same result",
        _(
            "Seed, config, data and versions are recorded, so a re-run gives the "
            "same digits. **What would a colleague who was not here still need?**"
        ),
    ),
    topic(
        r"shap\b|importan\w*|coefficient\w*|explicab\w*|interpretab\w*|explainab\w*",
        _(
            "Importance says what the model uses, not what causes the target; "
            "columns with the same information share it. **Does a column near the "
            "top surprise you?**"
        ),
    ),
    topic(
        r"biais|bias\b|biased|equit\w*|fair\b|fairness|unfair\w*|discrimin\w*|sous.?groupes?|subgroups?|segments?\b",
        _(
            "An average can hide a group on which the model is much worse. **For "
            "whom would equal treatment matter most, and how does the model do "
            "there?**"
        ),
    ),
    topic(
        r"(?:de )?nouve(?:lles|aux) (?:variables?|colonnes?|features?)|features?\b|variables?\b"
        r"|colonnes?\b|columns?\b",
        _(
            "A column helps if you know it when you predict and it adds information. "
            "**What would an expert in the field look at first?**"
        ),
    ),
    topic(
        r"logge\w*|logs?\b|noter\b|write down|documente\w*|journal",
        _(
            "Hyperparameters, metrics, time and versions are recorded automatically. "
            "Only you can write why you tried it, and what you concluded. What would "
            "you want to read in a month?"
        ),
    ),
    topic(
        r"presenter|presentation|slides?\b|diapo\w*|jury",
        _(
            "Present one experiment from the question to the decision, a failed one "
            "if it taught more. **Which sentence should people remember tomorrow?**"
        ),
    ),
    topic(
        r"yaml|config\w*",
        _(
            "The config says everything that is done to the data; each field of the "
            "form explains what it means. Start from the experiment that you compare "
            "with, and change what your hypothesis names. **Which field is that?**"
        ),
    ),
    topic(
        r"(?:which|what|best|meilleurs?|quels?|choisir (?:un|le)|choose a)\b.{0,20}\bmodel\w*"
        r"|xgboost|lightgbm|catboost|forets?\b|forest|boosting|arbres?\b|trees?\b|logisti\w*"
        r"|regression|svm\b|neuron\w*|neural|deep|algorithm\w*",
        _(
            "Start simple: a logistic regression. What would it have to get wrong "
            "for you to need more?"
        ),
    ),
    topic(
        r"pas assez bon|not good enough|amelior\w*|improve\w*|meilleur\w*|better|augmenter"
        r"|increase",
        _(
            "Analyse the errors before trying anything more complex: which rows does "
            "the model get wrong, and what do they have in common?"
        ),
    ),
    topic(
        r"conclu\w*|decision|decide\w*|keep\b|garder|reject\w*|rejeter|iterate|iterer",
        _(
            "A decision follows from three things: what you expected, the interval "
            "of the difference, and what the errors look like. **Which of the three "
            "speaks most clearly here?**"
        ),
    ),
)


def topic_of(question: str) -> Topic | None:
    """What a question is about.

    Args:
        question: without capitals or accents.
    """
    return next((one for one in TOPICS if one.pattern.search(question)), None)
