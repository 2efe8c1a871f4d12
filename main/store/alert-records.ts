import { randomUUID } from 'node:crypto';
import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { StoreDatabase } from './database.ts';

export type NewAlert = Pick<Alert, 'graphId' | 'nodeId' | 'kind' | 'severity' | 'title' | 'explanation'>;

/** Alerts and their history. */
export interface AlertRecords {
  /** Opens an alert unless one of its node and kind is open; gives the new one. */
  open(alert: NewAlert): Alert | undefined;
  isOpen(graphId: string, nodeId: string, kind: Alert['kind']): boolean;
  /** Ends the open alert of a node and kind; gives it. */
  resolve(graphId: string, nodeId: string, kind: Alert['kind']): Alert | undefined;
  /** Throws `alert.not-found`. */
  acknowledge(id: string): Alert;
  /** No deliveries for a node until then; a time that has passed ends a silence. */
  silence(graphId: string, nodeId: string, untilMs: number): void;
  isSilenced(graphId: string, nodeId: string): boolean;
  delivered(id: string): void;
  /** Newest first. */
  list(options: { graphId?: string | undefined; open?: boolean | undefined; limit: number }): Alert[];
}

interface AlertRow {
  id: string;
  graph_id: string;
  node_id: string;
  kind: Alert['kind'];
  severity: Alert['severity'];
  title: string;
  explanation: string;
  started_ms: number;
  resolved_ms: number | null;
  acknowledged_ms: number | null;
  delivered_ms: number | null;
}

export function createAlertRecords(database: StoreDatabase): AlertRecords {
  const insert = database.prepare(
    `INSERT INTO alerts (id, graph_id, node_id, kind, severity, title, explanation, started_ms)
     VALUES (@id, @graphId, @nodeId, @kind, @severity, @title, @explanation, @startedMs)`,
  );
  const byId = database.prepare<[string], AlertRow>('SELECT * FROM alerts WHERE id = ?');
  const openOf = database.prepare<[string, string, string], AlertRow>(
    'SELECT * FROM alerts WHERE graph_id = ? AND node_id = ? AND kind = ? AND resolved_ms IS NULL',
  );
  const end = database.prepare('UPDATE alerts SET resolved_ms = ? WHERE id = ?');
  const acknowledge = database.prepare('UPDATE alerts SET acknowledged_ms = coalesce(acknowledged_ms, ?) WHERE id = ?');
  const deliver = database.prepare('UPDATE alerts SET delivered_ms = ? WHERE id = ?');
  const putSilence = database.prepare(
    `INSERT INTO alert_silences (graph_id, node_id, until_ms) VALUES (?, ?, ?)
     ON CONFLICT (graph_id, node_id) DO UPDATE SET until_ms = excluded.until_ms`,
  );
  const silenceOf = database.prepare<[string, string], { until_ms: number }>(
    'SELECT until_ms FROM alert_silences WHERE graph_id = ? AND node_id = ?',
  );
  const all = database.prepare<[string | null, number, number], AlertRow>(
    `SELECT * FROM alerts WHERE graph_id = coalesce(?, graph_id) AND (? = 0 OR resolved_ms IS NULL)
     ORDER BY started_ms DESC, id LIMIT ?`,
  );

  const isSilenced = (graphId: string, nodeId: string) => (silenceOf.get(graphId, nodeId)?.until_ms ?? 0) > Date.now();
  const toAlert = (row: AlertRow): Alert => ({
    id: row.id,
    graphId: row.graph_id,
    nodeId: row.node_id,
    kind: row.kind,
    severity: row.severity,
    title: row.title,
    explanation: JSON.parse(row.explanation) as Alert['explanation'],
    startedMs: row.started_ms,
    resolvedMs: row.resolved_ms,
    acknowledgedMs: row.acknowledged_ms,
    deliveredMs: row.delivered_ms,
    silenced: isSilenced(row.graph_id, row.node_id),
  });
  const open = database.transaction((alert: NewAlert): Alert | undefined => {
    if (openOf.get(alert.graphId, alert.nodeId, alert.kind) !== undefined) return undefined;
    const id = randomUUID();
    insert.run({ ...alert, id, explanation: JSON.stringify(alert.explanation), startedMs: Date.now() });
    const row = byId.get(id);
    return row === undefined ? undefined : toAlert(row);
  });

  return {
    open: (alert) => open.immediate(alert),
    isOpen: (graphId, nodeId, kind) => openOf.get(graphId, nodeId, kind) !== undefined,
    resolve(graphId, nodeId, kind) {
      const row = openOf.get(graphId, nodeId, kind);
      if (row === undefined) return undefined;
      const resolvedMs = Date.now();
      end.run(resolvedMs, row.id);
      return toAlert({ ...row, resolved_ms: resolvedMs });
    },
    acknowledge(id) {
      acknowledge.run(Date.now(), id);
      const row = byId.get(id);
      if (row !== undefined) return toAlert(row);
      throw new AppError('alert.not-found', `There is no alert ${id}.`, { fix: 'List the alerts again.' });
    },
    silence: (graphId, nodeId, untilMs) => {
      putSilence.run(graphId, nodeId, untilMs);
    },
    isSilenced,
    delivered: (id) => {
      deliver.run(Date.now(), id);
    },
    list: ({ graphId, open: onlyOpen, limit }) =>
      all.all(graphId ?? null, onlyOpen === true ? 1 : 0, limit).map(toAlert),
  };
}
