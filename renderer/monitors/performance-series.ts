import type { Alert, BandedMetric, MonitorPerformance } from '../../shared/rpc/engine-contract.ts';
import { t } from './text.ts';

type Window = MonitorPerformance['windows'][number];

/** Smaller windows say little; they come when two versions answer side by side. */
const shownShare = 0.25;

/** Windows worth a point, by the time of their last row. */
export function shownWindows({ windows, windowRows }: MonitorPerformance): Window[] {
  return windows
    .filter(({ rows, toMs, estimated, realized }) => {
      return toMs > 0 && rows >= shownShare * windowRows && (estimated !== null || realized !== null);
    })
    .toSorted((a, b) => a.toMs - b.toMs);
}

/** A metric and its band, window by window. */
export function bandedSeries(windows: readonly Window[], read: (window: Window) => BandedMetric | null) {
  const values = windows.map(read);
  return {
    x: windows.map(({ toMs }) => toMs),
    y: values.map((metric) => metric?.value ?? null),
    band: { low: values.map((metric) => metric?.low ?? null), high: values.map((metric) => metric?.high ?? null) },
  };
}

/** Stretches in which one version answered, named by `nameOf`. */
export function versionSpans(
  windows: readonly Window[],
  nameOf: (digest: string) => string,
): { from: number; to: number; label: string }[] {
  const spans: { from: number; to: number; label: string; digest: string }[] = [];
  for (const { model, fromMs, toMs } of windows) {
    const last = spans.at(-1);
    if (last?.digest === model) last.to = toMs;
    else spans.push({ from: last?.to ?? fromMs, to: toMs, label: nameOf(model), digest: model });
  }
  return spans.map(({ from, to, label }) => ({ from, to, label }));
}

/** Beginnings of alerts that fall into the shown time. */
export function alertEvents(alerts: readonly Alert[], fromMs: number, toMs: number): { at: number; label: string }[] {
  return alerts
    .filter(({ startedMs }) => startedMs >= fromMs && startedMs <= toMs)
    .map(({ startedMs, kind }) => ({ at: startedMs, label: t.eventNames[kind] }))
    .toSorted((a, b) => a.at - b.at);
}
