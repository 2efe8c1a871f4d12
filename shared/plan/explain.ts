import { canonicalJson } from './canonical-json.ts';
import type { KeyParts } from './plan.ts';

export interface KeyChange {
  /** Names of the parts that differ: `kind`, `code`, `params`, `inputs`, `environment`, `source`. */
  changed: string[];
  /** One short sentence per difference. */
  reasons: string[];
}

/** Why two keys of one node differ, in words; parts given as undefined are not known yet and not compared. */
export function explainChange(
  before: KeyParts,
  after: Omit<KeyParts, 'inputs' | 'source'> & { inputs: KeyParts['inputs'] | undefined; source: string | undefined },
): KeyChange {
  const changed: string[] = [];
  const reasons: string[] = [];
  const note = (part: string, ...sentences: string[]) => {
    changed.push(part);
    reasons.push(...sentences);
  };
  if (before.kind !== after.kind) note('kind', `kind ${before.kind} → ${after.kind}`);
  else if (before.version !== after.version) note('kind', `version ${before.version} → ${after.version}`);
  if (before.code !== after.code) note('code', 'code changed');
  const params = changedParams(before.params, after.params);
  if (params.length > 0) note('params', ...params);
  if (after.inputs !== undefined) {
    const ports = changedInputs(before.inputs, after.inputs);
    if (ports.length > 0) note('inputs', ...ports.map((port) => `input ${port} changed`));
  }
  if (after.source !== undefined && before.source !== after.source) note('source', sourceChange(before, after.source));
  if (before.environment !== after.environment) note('environment', 'environment changed');
  return { changed, reasons };
}

/** What a changed probe means, by kind; the probe of a stream counts its events. */
function sourceChange(before: KeyParts, after: string): string {
  switch (before.kind) {
    case 'data.stream': {
      const more = eventCount(after) - eventCount(before.source);
      return more > 0 ? `${more.toLocaleString('en-US')} new event${more === 1 ? '' : 's'}` : 'another stream';
    }
    case 'data.postgres':
    case 'data.mysql':
      return before.params['refresh'] === 'always' ? 'read anew each time' : 'new rows';
    case 'data.sqlite':
      return 'database changed';
    case 'data.python':
    case 'train.python':
    case 'train.ray':
      return 'Python environment changed';
    case 'data.http':
    case 'data.s3':
      return 'source changed';
    default:
      return 'file changed';
  }
}

/** `LOG END DIGEST` of a stream that has events, else empty. */
function eventCount(source: string): number {
  const end = Number(source.split(' ')[1] ?? 0);
  return Number.isFinite(end) ? end : 0;
}

function changedParams(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    const now = Object.hasOwn(after, name) ? after[name] : undefined;
    return sameJson(old, now) ? [] : [`params.${name} ${changeText(old, now)}`];
  });
}

function changedInputs(before: KeyParts['inputs'], after: KeyParts['inputs']): string[] {
  const ports = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return ports.filter((port) => (before[port] ?? []).join() !== (after[port] ?? []).join());
}

function changeText(before: unknown, after: unknown): string {
  const from = short(before);
  const to = short(after);
  return from === undefined || to === undefined ? 'changed' : `${from} → ${to}`;
}

/** A value short enough for a sentence, else undefined. */
function short(value: unknown): string | undefined {
  if (value === undefined) return 'unset';
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
