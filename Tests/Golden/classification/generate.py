#!/usr/bin/env python3
"""Golden values of scikit-learn for classification reports, calibration and linear models.

Run from the repository's top, with scikit-learn (its version is noted in each file):

    python Tests/Golden/classification/generate.py

It writes one JSON file for each subject beside itself, inputs included. Nothing is drawn at random but
the order in which saga visits the texts, from a fixed seed.
The keys are described in Tests/Golden/README.md.
"""

import json
import platform
from pathlib import Path

import numpy
import scipy
import sklearn
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import binom
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).resolve().parent
VERSIONS = {
    "python": platform.python_version(),
    "numpy": numpy.__version__,
    "scipy": scipy.__version__,
    "scikit-learn": sklearn.__version__,
}


def formula(count, phase):
    """`cos(0.61 i + 0.013 i^2 + phase)`."""
    index = numpy.arange(count, dtype=float)
    return numpy.cos(0.61 * index + 0.013 * index * index + phase)


def write(name, cases):
    text = json.dumps({"versions": VERSIONS, **cases}, indent=1, default=lambda value: value.tolist())
    (HERE / name).write_text(text + "\n")
    print(name, len(text))


def in_parts(weights, parts):
    """Rows of multiples of 1 / parts that sum to 1 exactly, so that many are tied."""
    weights = numpy.maximum(weights, 0) + 1e-9
    counts = numpy.floor(weights / weights.sum(axis=1, keepdims=True) * parts)
    counts[numpy.arange(len(counts)), weights.argmax(axis=1)] += parts - counts.sum(axis=1)
    return counts / parts


def report(labels, probabilities, thresholds=(0.0, 0.5, 0.75, 0.95, 1.1)):
    """Every number of a report; the calibration error and abstentions by their formulas in numpy."""
    count, class_count = probabilities.shape
    names = list(range(class_count))
    predictions = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = predictions == labels
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predictions, labels=names, zero_division=0
    )
    if class_count == 2:
        area = metrics.roc_auc_score(labels, probabilities[:, 1])
        brier = metrics.brier_score_loss(labels, probabilities[:, 1])
    else:
        areas = [metrics.roc_auc_score(labels == k, probabilities[:, k]) for k in sorted(set(labels))]
        area = numpy.mean(areas)
        brier = metrics.brier_score_loss(labels, probabilities, labels=names, scale_by_half=False)
    bins = numpy.clip(numpy.ceil(confidence * 15) - 1, 0, 14)
    error = sum(
        (bins == k).mean() * abs(right[bins == k].mean() - confidence[bins == k].mean())
        for k in set(bins)
    )
    abstentions = []
    for threshold in thresholds:
        kept = confidence >= threshold
        abstentions.append(
            {
                "threshold": threshold,
                "coverage": kept.mean(),
                "accuracy": right[kept].mean() if kept.any() else None,
            }
        )
    accuracy = metrics.accuracy_score(labels, predictions)
    return {
        "labels": labels,
        "probabilities": probabilities,
        "accuracy": accuracy,
        # Of the distribution that the resamples are drawn from.
        "accuracy_interval": binom.ppf([0.025, 0.975], count, accuracy) / count,
        "macro_f1": metrics.f1_score(labels, predictions, average="macro", zero_division=0),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "support": support,
        "roc_auc": area,
        "log_loss": metrics.log_loss(labels, probabilities, labels=names),
        "expected_calibration_error": error,
        "brier_score": brier,
        "confusion": metrics.confusion_matrix(labels, predictions, labels=names),
        "abstentions": abstentions,
    }


def reports():
    binary = formula(60, 0.3)
    labels = (binary + 0.7 * formula(60, 1.9) > 0.1).astype(int)
    two = in_parts(numpy.stack([1 - binary, 1 + binary], axis=1), 16)
    # One text whose label has the probability 0, for the floor of the log loss.
    two[7] = [1.0, 0.0] if labels[7] == 1 else [0.0, 1.0]

    noise = numpy.stack([formula(90, phase) for phase in (0.2, 1.1, 2.7)], axis=1)
    three_labels = (noise + 0.8 * numpy.roll(noise, 1, axis=1)).argmax(axis=1)
    three = in_parts(1.2 + noise, 32)

    # Class 2 occurs and is never predicted; class 3 is predicted and never occurs; class 4 neither.
    odd_labels = numpy.arange(70) * 5 % 3
    odd = in_parts(
        numpy.stack(
            [
                1.3 + formula(70, 0.5),
                1.3 + formula(70, 1.5),
                0.05 + 0.0 * formula(70, 0),
                1.0 + formula(70, 2.5),
                0.0 * formula(70, 0),
            ],
            axis=1,
        ),
        32,
    )
    chosen = set(odd.argmax(axis=1))
    assert 2 not in chosen and 3 in chosen and 4 not in chosen and set(odd_labels) == {0, 1, 2}
    return {
        "two": report(labels, two),
        "three": report(three_labels, three),
        "odd": report(odd_labels, odd),
    }


def temperatures():
    """The temperature with the least log loss, by a bounded search of scipy's over log T."""
    cases = {}
    for name, scale in (("over_confident", 6.0), ("under_confident", 0.4)):
        base = numpy.stack([formula(120, phase) for phase in (0.4, 1.4, 2.9)], axis=1)
        labels = (base + 0.9 * formula(360, 0.8).reshape(120, 3)).argmax(axis=1)
        logits = (scale * base).astype(numpy.float32).astype(float)

        def loss(log_temperature):
            scaled = log_softmax(logits / numpy.exp(log_temperature), axis=1)
            return -scaled[numpy.arange(120), labels].mean()

        found = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-10})
        cases[name] = {
            "labels": labels,
            "logits": logits,
            "temperature": numpy.exp(found.x),
            "log_loss": found.fun,
            "log_loss_before": loss(0.0),
            "probabilities": softmax(logits / numpy.exp(found.x), axis=1)[:5],
        }
    return cases


def probes():
    """L1-penalised logistic regression by saga, and the objective that it reached."""
    count, width = 90, 8
    features = formula(count * width, 0.7).reshape(count, width)
    # Two units that say nearly the same, and one that says nothing.
    features[:, 5] = 0.9 * features[:, 1] + 0.1 * features[:, 5]
    features[:, 6] = 0.0
    features = features.astype(numpy.float32).astype(float)
    wanted = 1.5 * features[:, 1] - features[:, 3] + 0.4 + 0.8 * formula(count, 2.2)
    labels = (wanted > 0).astype(int)
    fits = []
    for penalty in (0.1, 0.03, 0.01, 0.001):
        model = LogisticRegression(
            l1_ratio=1.0,
            C=1 / (count * penalty),
            solver="saga",
            tol=1e-12,
            max_iter=1_000_000,
            random_state=0,
        ).fit(features, labels)
        weights, bias = model.coef_[0], model.intercept_[0]
        margins = (2 * labels - 1) * (features @ weights + bias)
        objective = numpy.logaddexp(0, -margins).mean() + penalty * abs(weights).sum()
        fits.append(
            {"penalty": penalty, "weights": weights, "bias": bias, "objective": objective}
        )
    return {"features": features, "labels": labels, "fits": fits}


def small_texts():
    """Texts of nine words, and labels that their words tell, but for some noise."""
    words = "the film was a dull slow bright warm tale of sea and harbour never not good bad".split()
    texts, labels = [], []
    for row in range(48):
        picks = numpy.floor((1 + formula(9, 0.37 * row)) / 2 * (len(words) - 1)).astype(int)
        text = [words[pick] for pick in picks]
        score = sum(word in ("bright", "warm", "good") for word in text)
        score -= sum(word in ("dull", "slow", "bad") for word in text)
        labels.append(int(score + formula(48, 1.0)[row] > 0))
        texts.append(" ".join(text))
    return texts, numpy.array(labels)


def log_count_ratios(ones, labels):
    inside = 1 + ones[labels == 1].sum(axis=0)
    outside = 1 + ones[labels == 0].sum(axis=0)
    return numpy.log((inside / inside.sum()) / (outside / outside.sum()))


def baselines():
    """The NB-weighted logistic regression of the linear baseline on small texts."""
    texts, labels = small_texts()
    sets = [
        set(words) | {f"{a} {b}" for a, b in zip(words, words[1:])}
        for words in (text.split() for text in texts)
    ]
    names = sorted(set().union(*sets))
    ones = numpy.array([[float(name in row) for name in names] for row in sets])
    ratios = log_count_ratios(ones, labels)
    rows = ones * ratios
    rows /= numpy.sqrt((rows**2).sum(axis=1, keepdims=True))
    rows = numpy.hstack([rows, numpy.ones((len(texts), 1))])
    model = LogisticRegression(C=16, fit_intercept=False, tol=1e-10, max_iter=100_000)
    model.fit(rows, labels)
    weights = model.coef_[0, :-1] * ratios
    order = numpy.argsort(-weights)
    return {
        "texts": texts,
        "labels": labels,
        "probabilities": model.predict_proba(rows),
        "ngrams": names,
        "weights": weights,
        "strongest": [names[index] for index in order[:5]],
    }


def ngrams():
    """The same regression for the term beside a network: runs of one to three words that two texts or more
    have, each text divided by the root of how many it has. `strongest` is fitted again on the 40 runs of
    the greatest weights."""
    texts, labels = small_texts()
    sets = [
        {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
        for words in (text.split() for text in texts)
    ]
    names = [n for n in sorted(set().union(*sets)) if sum(n in row for row in sets) > 1]

    def fit(names):
        ones = numpy.array([[float(name in row) for name in names] for row in sets])
        ratios = log_count_ratios(ones, labels)
        rows = ones * ratios / numpy.sqrt(numpy.maximum(1, ones.sum(axis=1, keepdims=True)))
        rows = numpy.hstack([rows, numpy.ones((len(texts), 1))])
        model = LogisticRegression(C=64, fit_intercept=False, tol=1e-10, max_iter=100_000)
        model.fit(rows, labels)
        return abs(model.coef_[0, :-1] * ratios), rows @ model.coef_[0]

    weights, logits = fit(names)
    kept = sorted(numpy.argsort(-weights)[:40])
    return {
        "texts": texts,
        "labels": labels,
        "count": len(names),
        "logits": logits,
        "strongest": fit([names[index] for index in kept])[1],
    }


write("reports.json", reports())
write("temperatures.json", temperatures())
write("probes.json", probes())
write("baselines.json", baselines())
write("ngrams.json", ngrams())
