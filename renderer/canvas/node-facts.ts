import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import type { KnownShape } from '../state/analysis-store.ts';
import { paramFields } from '../inspector/param-fields.ts';
import { formatCount, formatMetric, formatPlural } from '../ui/format.ts';
import { metricName } from '../translation/metric-names.ts';
import { t } from './text.ts';

/** One line of a node's body: words with the figures apart, which stand out. */
export interface Fact {
  before?: string;
  figure?: string;
  after?: string;
}

const preferredMetrics = ['rocAuc', 'accuracy', 'r2', 'rmse', 'prAuc', 'logLoss', 'f1'];

/** The metrics that say most: area under the curve or accuracy first. */
export function leadingMetrics(metrics: Record<string, number>, count: number): [string, number][] {
  const rank = (name: string) => {
    const at = preferredMetrics.indexOf(name);
    return at === -1 ? preferredMetrics.length : at;
  };
  return Object.entries(metrics)
    .sort(([a], [b]) => rank(a) - rank(b))
    .slice(0, count);
}

function numberRecord(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** Facts from what a step made, by port; at most two lines. */
export function resultFacts(manifests: Record<string, ArtifactManifest>): Fact[] {
  const ports = Object.entries(manifests);
  const [only] = ports;
  if (!only) return [];
  if (ports.length > 1) {
    return ports
      .slice(0, 2)
      .map(([port, { rowCount }]) =>
        rowCount === undefined ? { before: port } : { before: port, figure: formatCount(rowCount) },
      );
  }
  const [, manifest] = only;
  const columns = manifest.schema?.columns.length;
  const facts: Fact[] = [];
  if (manifest.type === 'report') {
    for (const [name, value] of leadingMetrics(numberRecord(manifest.meta.metrics), 3)) {
      facts.push({ before: metricName(name), figure: formatMetric(value) });
    }
    return facts;
  }
  if (manifest.type === 'model') return modelFacts(manifest);
  if (manifest.rowCount !== undefined) facts.push({ figure: formatCount(manifest.rowCount), after: t.rowsWord });
  if (columns !== undefined) facts.push({ after: formatPlural(columns, 'column') });
  return facts;
}

/** A registered model: its name, alias and leading metric; else what it learned from. */
function modelFacts(manifest: ArtifactManifest): Fact[] {
  const facts: Fact[] = [];
  const registration = manifest.meta.registration as { name?: unknown; alias?: unknown } | undefined;
  if (typeof registration?.name === 'string') {
    facts.push({
      figure: registration.name,
      ...(typeof registration.alias === 'string' ? { after: registration.alias } : {}),
    });
    for (const [name, value] of leadingMetrics(numberRecord(manifest.meta.metrics), 1)) {
      facts.push({ before: metricName(name), figure: formatMetric(value) });
    }
    return facts;
  }
  if (typeof manifest.meta.rows === 'number')
    facts.push({ figure: formatCount(manifest.meta.rows), after: t.rowsWord });
  return facts;
}

/** Facts known before anything ran: what flows out by inference. */
export function shapeFacts(outputs: Record<string, KnownShape> | undefined): Fact[] {
  const facts: Fact[] = [];
  for (const shape of Object.values(outputs ?? {})) {
    if (shape.type === 'features' && shape.columns) {
      const width = shape.columns.reduce((sum, column) => sum + column.width, 0);
      facts.push({ after: formatPlural(shape.columns.length, 'feature') });
      if (width !== shape.columns.length) facts.push({ after: t.valuesPerRow(formatCount(width)) });
    } else if (shape.schema && facts.length === 0) {
      facts.push({ after: formatPlural(shape.schema.columns.length, 'column') });
    }
  }
  return facts.slice(0, 2);
}

/** The params a person set, in words: the file, the first line of a query, a few values. */
export function paramFacts(definition: NodeDefinition | undefined, params: Record<string, unknown>): Fact[] {
  if (!definition) return [];
  const facts: Fact[] = [];
  for (const { name, label, control } of paramFields(definition)) {
    const value = params[name];
    if (facts.length === 2) break;
    if (control.control === 'sql' || control.control === 'multiline') continue;
    if (typeof value === 'string' && value !== '') {
      const text = name === 'path' ? (value.split('/').at(-1) ?? value) : value.replace(/\s+/g, ' ').trim();
      facts.push({ after: text.slice(0, 60) });
    } else if (typeof value === 'number') {
      facts.push({ before: label.toLowerCase(), figure: String(value) });
    } else if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
      if (name !== 'inputs') facts.push({ after: value.join(', ').slice(0, 60) });
    }
  }
  return facts;
}
