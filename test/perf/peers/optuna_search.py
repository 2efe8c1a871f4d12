"""Regrets of Optuna's TPE on the functions of test/support/search-functions.ts.

usage: optuna_search.py SEEDS TRIALS  →  {"regrets": {function: [...]}, "version": "...", "askTellMs": ...}
"""
import json
import math
import random
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

WEIGHTS = [1, 1.2, 3, 3.2]
A = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def branin(trial):
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    bowl = y - 5.1 * x * x / (4 * math.pi**2) + 5 * x / math.pi - 6
    return bowl * bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        w * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(A[i], x, P[i]))) for i, w in enumerate(WEIGHTS)
    )


def rosenbrock(trial):
    x = [trial.suggest_float(f"x{i}", -2, 2) for i in range(4)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def conditional(trial):
    if trial.suggest_categorical("model", ["linear", "trees"]) == "linear":
        return 1 + math.log10(trial.suggest_float("penalty", 1e-4, 1e4, log=True)) ** 2 / 4
    depth = trial.suggest_int("depth", 1, 16)
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    return (depth - 6) ** 2 / 20 + (math.log10(rate) + 2) ** 2


def noisy(trial):
    return sum((trial.suggest_float(f"x{i}", -5, 5) - i) ** 2 for i in range(3))


FUNCTIONS = [
    (branin, 0.39788735772973816, 0),
    (hartmann6, -3.32236801141551, 0),
    (rosenbrock, 0, 0),
    (conditional, 0, 0),
    (noisy, 0, 1),
]


def regret(function, minimum, noise, seed, trials):
    draws = random.Random(seed)
    clean = {}

    def objective(trial):
        clean[trial.number] = function(trial)
        return clean[trial.number] + noise * draws.gauss(0, 1)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return clean[study.best_trial.number] - minimum


def ask_tell_ms():
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    objective = lambda trial: sum(trial.suggest_float(f"x{i}", -5, 5) ** 2 for i in range(10))
    study.optimize(objective, n_trials=1000)
    started = time.perf_counter()
    study.optimize(objective, n_trials=20)
    return (time.perf_counter() - started) / 20 * 1000


seeds, trials = int(sys.argv[1]), int(sys.argv[2])
regrets = {
    f.__name__: [regret(f, minimum, noise, seed, trials) for seed in range(seeds)] for f, minimum, noise in FUNCTIONS
}
print(json.dumps({"regrets": regrets, "version": optuna.__version__, "askTellMs": ask_tell_ms()}))
