"""Questions and phrasings as stems, however they are typed.

Accents and capitals fall away, shorthand is written out, words of no weight are left out, and
what remains is stemmed (Snowball: Porter, 2001, https://snowballstem.org).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

import snowballstemmer

LANGUAGES = {"en": "english", "fr": "french"}

# Marks that stand for many words: what is theirs, which way a question is asked, and that it
# names two experiments.
MINE, HOW, WHY, TWO = "<mine>", "<how>", "<why>", "<two>"

_WEIGHTLESS = {
    "en": """
        a about again all already also am an and any anything anyway are as ask at be because been
        being but by can could d did do does doing don else etc even exactly ever for from get gets
        getting go going got had has have having he her here his if in into is isn it its itself
        just know let like ll lot m make may me mean meaning means might more much need no not now
        of ok okay on once one only or other our please pls quite re really s say said see shall she
        should so some still such sure t tell than that the their them then there these they thing
        things this those thx to too try trying up us use using ve very want was way we well were
        what when where which while who whom will with without would you your explain define
        definition called kinda sorta idk tbh hey hi lol omg wtf exact actual actually put
    """,
    "fr": """
        a afin ah ai aie ainsi alors apres as au aucun aussi autre aux avant avec avez avoir avons
        bah bien bon c ca car ce cela ces cest cet cette ceux chaque ci comme d dans de deja des
        dit dire dois doit donc du elle elles en encore ensuite entre es est et etais etait etc ete
        etre eu eux exactement fait faire fais faut fois ici il ils j juste l la le les leur leurs
        lui m mais me meme mets mettre moins n ne ni non nous on ont ou oui par pas peu peut
        peux plus plutot pour pouvez pu puis qu quand que quel quelle quelles quels qui quoi rien s
        sa sais sait sans savoir se sera ses si soit son sont sous suis sur t ta te tes
        toi ton toujours tout toute toutes tous tres tu un une va vais veut veux vos votre vous vrai
        vraiment vs y signifie definition definir expliquer explique expliquez svp stp merci bref
        truc trucs ben hein lol mdr sinon vite
    """,
}
_SHORTHAND = {
    "en": {
        "b4": "before", "u": "you", "ur": "your", "r": "are", "y": "why", "thru": "through",
        "diff": "difference", "diffs": "difference", "hav": "have", "teh": "the", "wats": "what",
        "whats": "what", "wat": "what", "wht": "what", "hows": "how", "whys": "why", "rn": "now",
        "params": "parameters", "param": "parameter", "hyperparams": "hyperparameters",
        "hyperparam": "hyperparameter", "logreg": "logistic regression", "rf": "random forest",
        "xgb": "xgboost", "lgbm": "lightgbm", "nn": "neural network", "cv": "cross validation",
        "esp": "especially", "col": "column", "cols": "columns", "feat": "feature",
        "feats": "features", "exp": "experiment", "exps": "experiments", "prob": "probability",
        "probs": "probabilities", "proba": "probability", "acc": "accuracy", "prec": "precision",
        "auc": "roc auc", "fp": "false positive", "fn": "false negative", "fps": "false positives",
        "fns": "false negatives", "ci": "confidence interval", "conf": "confidence",
        "reg": "regularisation", "min": "minimum", "max": "maximum", "num": "number",
        "vs": "difference", "versus": "difference", "preds": "predictions", "pred": "prediction",
        "cat": "category", "cats": "categories", "hyp": "hypothesis", "svc": "svm",
        "nans": "missing values", "nan": "missing values", "null": "missing value",
        "nulls": "missing values", "knn": "nearest neighbours", "mlp": "multilayer perceptron",
    },
    "fr": {
        "koi": "quoi", "kwa": "quoi", "pk": "pourquoi", "pq": "pourquoi", "pkoi": "pourquoi",
        "pourkoi": "pourquoi", "jsp": "sais pas", "tjrs": "toujours", "tjs": "toujours",
        "bcp": "beaucoup", "qd": "quand", "ds": "dans", "dc": "donc", "pr": "pour", "tps": "temps",
        "nb": "nombre", "pb": "probleme", "pbs": "problemes", "diff": "difference", "ya": "il y a",
        "jai": "j ai", "jpeux": "je peux", "chui": "je suis", "chuis": "je suis", "nan": "non",
        "ki": "qui", "ke": "que", "kel": "quel", "kelle": "quelle", "cmt": "comment",
        "koman": "comment", "comen": "comment", "params": "parametres", "param": "parametre",
        "hyperparams": "hyperparametres", "hyperparam": "hyperparametre", "rf": "foret aleatoire",
        "xgb": "xgboost", "lgbm": "lightgbm", "cv": "validation croisee", "exp": "experience",
        "expe": "experience", "xp": "experience", "exps": "experiences", "proba": "probabilite",
        "probas": "probabilites", "acc": "exactitude", "auc": "roc auc", "fp": "faux positif",
        "fn": "faux negatif", "vs": "difference", "max": "maximum", "min": "minimum",
        "col": "colonne", "cols": "colonnes", "var": "variable", "vars": "variables",
        "hyp": "hypothese", "reg": "regression", "reglog": "regression logistique",
        "logreg": "regression logistique", "prez": "presentation", "pres": "presentation",
        "confiance": "confiance", "tt": "tout", "mtn": "maintenant", "auj": "aujourd'hui",
        "mlp": "perceptron multicouche", "knn": "plus proches voisins",
    },
}  # fmt: skip
_MARKS = {
    "en": {MINE: "i my mine we our ours im ive me", HOW: "how", WHY: "why"},
    "fr": {
        MINE: "je j mon ma mes mien mienne miens notre nos moi j'ai",
        HOW: "comment",
        WHY: "pourquoi",
    },
}
_COLUMN = {"en": "column", "fr": "colonne"}
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"#\s?\d+")


def folded(text: str) -> str:
    """Without capitals and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def is_mark(word: str) -> bool:
    """Whether it stands for many words."""
    return word.startswith("<")


@lru_cache(maxsize=2)
def _tables(language: str) -> tuple[frozenset[str], dict[str, str]]:
    marks = {word: mark for mark, words in _MARKS[language].items() for word in words.split()}
    return frozenset(_WEIGHTLESS[language].split()), marks


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """A word's stem; without accents, as both sides of a comparison are.

    Snowball keeps the last letter of “plis” and “réseaux”; here singular and plural are one.
    """
    if language == "fr" and len(word) > 3 and word[-1] in "sx":
        word = word[:-1]
    return str(snowballstemmer.stemmer(LANGUAGES[language]).stemWord(word))


def words_of(text: str, language: str, columns: Collection[str] = ()) -> list[str]:
    """The words that carry weight, not yet stemmed; marks for what many words say.

    Args:
        columns: names that the reader may use for a column of the data.
    """
    names = {folded(name) for name in columns}
    plain = folded(text).replace("’", "'")
    weightless, marks = _tables(language)
    numbered = len(set(_NUMBERED.findall(plain)))
    found = dict.fromkeys([MINE] * (numbered > 0) + [TWO] * (numbered > 1))
    light: list[str] = []
    for word in _spelt_out(plain, language, names):
        if word in weightless:
            light.append(word)
        else:
            found[marks.get(word, word)] = None
    # Where nothing weighs, as in “what should I do?”, all of it is what is asked.
    return [*found] if any(not is_mark(word) for word in found) else [*found, *light]


def _spelt_out(plain: str, language: str, names: Collection[str]) -> Iterator[str]:
    """Words one by one, shorthand written out; numbers say nothing."""
    for chunk in plain.split():
        if chunk.strip(".,;:!?()[]\"'«»“”`") in names:
            yield _COLUMN[language]
            continue
        for raw in _WORD.findall(chunk):
            if not raw.isdigit():
                yield from _SHORTHAND[language].get(raw, raw).split()


def stems_of(text: str, language: str, columns: Collection[str] = ()) -> list[str]:
    """The same, stemmed."""
    return [
        word if is_mark(word) else stem(word, language)
        for word in words_of(text, language, columns)
    ]
