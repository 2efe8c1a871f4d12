"""Logistic regression in scikit-learn, one thread, with each of its fast solvers.

usage: sklearn_linear.py FEATURES.f32 LABELS.u8 ROWS WIDTH L2 MODE  →  {"seconds": {solver: ...}, "coefficients": [...], "intercept": ..., "version": ...}
MODE is "time" (default tolerance) or "exact" (tightest tolerance, for comparing coefficients).
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

rows, width, l2, mode = int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]), sys.argv[6]
x = np.fromfile(sys.argv[1], np.float32).reshape(rows, width)
y = np.fromfile(sys.argv[2], np.uint8)
seconds = {}
with threadpool_limits(1):
    for solver in ["newton-cholesky"] if mode == "exact" else ["lbfgs", "newton-cholesky"]:
        exact = {"tol": 1e-10, "max_iter": 200} if mode == "exact" else {}
        data = x.astype(np.float64) if mode == "exact" else x
        model = LogisticRegression(solver=solver, C=1 / l2, **exact)
        started = time.perf_counter()
        model.fit(data, y)
        seconds[solver] = time.perf_counter() - started
print(
    json.dumps(
        {
            "seconds": seconds,
            "coefficients": model.coef_[0].tolist(),
            "intercept": float(model.intercept_[0]),
            "version": sklearn.__version__,
        }
    )
)
