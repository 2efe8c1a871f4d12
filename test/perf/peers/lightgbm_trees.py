"""LightGBM on a float32 matrix: trains once, and writes the predictions for the test rows.

usage: lightgbm_trees.py SPEC.json  →  {"seconds": ..., "peakBytes": ..., "version": ...}
SPEC: {train, test (row-major f32 files), target, testRows, rows, width, categorical: [column...], task, classes, params,
threads, out (f32 file: probability of the second class, class probabilities row-major, or predictions)}.
Seconds are of binning and training together. The peak is of the whole process, as the kernel counts it (Linux).
"""
import json
import sys
import time

import numpy as np
import lightgbm as lgb

with open(sys.argv[1]) as file:
    spec = json.load(file)
rows, width = spec["rows"], spec["width"]
x = np.fromfile(spec["train"], np.float32).reshape(rows, width)
y = np.fromfile(spec["target"], np.float64)
objective = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}[spec["task"]]
params = {
    "objective": objective,
    "num_threads": spec["threads"],
    "verbosity": -1,
    "seed": spec["params"]["seed"],
    "num_leaves": spec["params"]["leaves"],
    "learning_rate": spec["params"]["learningRate"],
    "min_data_in_leaf": spec["params"]["minRowsPerLeaf"],
    "min_sum_hessian_in_leaf": spec["params"]["minChildWeight"],
    "max_bin": spec["params"]["maxBins"],
}
if spec["task"] == "multiclass":
    params["num_class"] = spec["classes"]
started = time.perf_counter()
data = lgb.Dataset(x, y, categorical_feature=spec["categorical"], free_raw_data=False)
booster = lgb.train(params, data, num_boost_round=spec["params"]["trees"])
seconds = time.perf_counter() - started
peak = 0
try:
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
except OSError:
    pass
test = np.fromfile(spec["test"], np.float32).reshape(spec["testRows"], width)
booster.predict(test, num_threads=spec["threads"]).astype(np.float32).tofile(spec["out"])
print(json.dumps({"seconds": seconds, "peakBytes": peak, "version": lgb.__version__}))
