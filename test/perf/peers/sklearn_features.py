"""The features of flight-delays and 100 trees of 31 leaves in scikit-learn.

usage: sklearn_features.py fit TRAIN.parquet MODEL      ->  {"rows": ..., "version": ...}
       sklearn_features.py predict ROWS.parquet MODEL   ->  {"seconds": ..., "rows": ...}
"""
import json
import sys
import time

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

numbers = ["distance", "delay_3h", "delay_24h", "delay_7d"]
airports = ["origin", "destination"]


def calendar(dates: pd.DataFrame) -> np.ndarray:
    date = dates["date"].dt
    return np.column_stack([date.hour, date.weekday])


mode, table, path = sys.argv[1:4]
if mode == "fit":
    rows = pd.read_parquet(table)
    features = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), numbers),
            ("airports", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), airports),
            ("calendar", FunctionTransformer(calendar), ["date"]),
        ]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=31, max_bins=255, early_stopping=False, categorical_features=[4, 5]
    )
    model = make_pipeline(features, trees)
    model.fit(rows, rows["delayed"])
    joblib.dump(model, path)
    print(json.dumps({"rows": len(rows), "version": sklearn.__version__}))
else:
    model = joblib.load(path)
    started = time.perf_counter()
    rows = pd.read_parquet(table)
    scores = model.predict_proba(rows)
    print(json.dumps({"seconds": time.perf_counter() - started, "rows": len(scores)}))
