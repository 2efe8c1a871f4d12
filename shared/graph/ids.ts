import { z } from 'zod';

export const idPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const idSchema = z.string().regex(idPattern, 'must match [a-z0-9][a-z0-9_-]{0,62}');

/** An edge end or an output: `node.port`. */
export function portRef(nodeId: string, port: string): string {
  return `${nodeId}.${port}`;
}

export function parsePortRef(ref: string): { node: string; port: string } | undefined {
  const dot = ref.indexOf('.');
  if (dot <= 0 || dot === ref.length - 1) return undefined;
  return { node: ref.slice(0, dot), port: ref.slice(dot + 1) };
}
