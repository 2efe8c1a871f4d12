"""LightGBM's own SHAP values (pred_contrib) of a model it trains on made-up rows, with the model itself.

usage: lightgbm_contributions.py FOLDER ROWS WIDTH TREES LEAVES  →  {"seconds": ..., "classes": ...}
Half of the features have missing values; the last one has the codes 0 to 9 and is categorical. Writes to FOLDER:
rows.f32 (row-major), contributions.f64 (per row: classes × (width + 1), the last of each the expected score) and
model.json (as dump_model gives it). Seconds are of pred_contrib on one thread, after a first run of ten rows.
"""
import json
import sys
import time

import lightgbm as lgb
import numpy as np

folder, rows, width, trees, leaves = sys.argv[1], *map(int, sys.argv[2:6])
random = np.random.default_rng(7)
# Steps of 1/64: thresholds between them are the same in float32.
x = (np.round(random.normal(size=(rows, width)) * 64) / 64).astype(np.float32)
x[:, -1] = random.integers(0, 10, rows)
score = x[:, 0] + x[:, 1] * x[:, 2] + np.where(x[:, -1] % 3 == 0, 1.5, -0.5) + random.normal(size=rows)
x[random.random((rows, width)) < np.where(np.arange(width) % 2 == 1, 0.1, 0.0)] = np.nan
y = np.digitize(score, [-1, 1])
params = {"objective": "multiclass", "num_class": 3, "num_leaves": leaves, "verbosity": -1, "num_threads": 1, "seed": 1}
data = lgb.Dataset(x, y, categorical_feature=[width - 1])
booster = lgb.train(params, data, num_boost_round=trees)
booster.predict(x[:10], pred_contrib=True)
started = time.perf_counter()
contributions = booster.predict(x, pred_contrib=True, num_threads=1)
seconds = time.perf_counter() - started
x.tofile(f"{folder}/rows.f32")
np.asarray(contributions, dtype=np.float64).tofile(f"{folder}/contributions.f64")
with open(f"{folder}/model.json", "w") as file:
    json.dump(booster.dump_model(), file)
print(json.dumps({"seconds": seconds, "classes": 3}))
