import type { Alert } from '../rpc/engine-contract.ts';

export type AlertState = 'open' | 'acknowledged' | 'silenced' | 'over';

/** By the monitor that raised it, or by what it tells of. */
export type AlertGrouping = 'monitor' | 'cause';

export interface AlertGroup {
  /** `GRAPH/NODE`, or the kind of the alerts. */
  key: string;
  /** See `sortAlerts`. */
  alerts: [Alert, ...Alert[]];
  /** How many of them are not over. */
  open: number;
}

export function stateOfAlert({
  resolvedMs,
  silenced,
  acknowledgedMs,
}: Pick<Alert, 'resolvedMs' | 'silenced' | 'acknowledgedMs'>): AlertState {
  if (resolvedMs !== null) return 'over';
  if (silenced) return 'silenced';
  return acknowledgedMs === null ? 'open' : 'acknowledged';
}

/** Open ones first, critical before warnings, then the newest. */
export function sortAlerts(alerts: readonly Alert[]): Alert[] {
  const rank = (alert: Alert) =>
    alert.resolvedMs !== null ? 3 : alert.acknowledgedMs !== null ? 2 : alert.severity === 'critical' ? 0 : 1;
  return alerts.toSorted((a, b) => rank(a) - rank(b) || b.startedMs - a.startedMs);
}

/** Groups in the order of their first alerts. */
export function groupAlerts(alerts: readonly Alert[], by: AlertGrouping): AlertGroup[] {
  const groups = new Map<string, AlertGroup>();
  for (const alert of sortAlerts(alerts)) {
    const key = by === 'cause' ? alert.kind : `${alert.graphId}/${alert.nodeId}`;
    const open = alert.resolvedMs === null ? 1 : 0;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { key, alerts: [alert], open });
    else {
      known.alerts.push(alert);
      known.open += open;
    }
  }
  return [...groups.values()];
}
