"""The data part of flight-delays in pandas. Arguments: flights Parquet, output folder."""
import sys
from pathlib import Path

import pandas as pd

source, out = sys.argv[1], Path(sys.argv[2])
flights = pd.read_parquet(source)
flights.to_parquet(out / "flights.parquet")
clean = flights.dropna(subset=["date", "delay", "distance", "origin", "destination"])
clean = clean[clean["delay"].abs() <= 1440]
clean = clean[["date", "delay", "distance", "origin", "destination"]].assign(delayed=clean["delay"] > 15)
clean.to_parquet(out / "clean.parquet")

known = clean[["origin", "delay"]].assign(
    known_at=clean["date"] + pd.to_timedelta(1_200_000_000 + clean["distance"] * 7_500_000, unit="us")
)
known = known.sort_values(["origin", "known_at"], kind="stable")
groups = known.groupby("origin", observed=True)["delay"]
totals = known.assign(minutes=groups.cumsum(), flights=groups.cumcount() + 1).drop(columns="delay")
totals = totals.drop_duplicates(["origin", "known_at"], keep="last").sort_values("known_at", kind="stable")

departures = clean[["origin", "date"]].drop_duplicates().sort_values("date", kind="stable")


def as_of(shift):
    # The difference may have another unit than the column, and merge_asof takes equal ones only.
    left = departures.assign(at=(departures["date"] - shift).astype(totals["known_at"].dtype))
    joined = pd.merge_asof(left, totals, left_on="at", right_on="known_at", by="origin")
    return joined["minutes"], joined["flights"]


latest_minutes, latest_flights = as_of(pd.Timedelta(0))
means = departures.reset_index(drop=True)
for name, window in [("delay_3h", "3h"), ("delay_24h", "24h"), ("delay_7d", "7d")]:
    minutes, count = as_of(pd.Timedelta(window))
    number = latest_flights - count.fillna(0)
    means[name] = (latest_minutes - minutes.fillna(0)) / number.where(number != 0)
trailing = clean.merge(means, on=["origin", "date"]).sort_values(["date", "origin", "destination"], kind="stable")
trailing.to_parquet(out / "trailing.parquet")
trailing[trailing["date"] < "2001-05-01"].to_parquet(out / "train.parquet")
test = trailing[(trailing["date"] >= "2001-05-01") & (trailing["date"] < "2001-06-01")]
test.to_parquet(out / "test.parquet")
