import { isDeepStrictEqual } from 'node:util';
import type { Reply } from './http-exchange.ts';
import type { Server } from './kit.ts';

/** Throws with both values unless they are deeply equal; NaN equals NaN. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(problem);
}

function show(value: unknown): string {
  const text =
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The JSON object of a reply. */
export function jsonOf(reply: Reply): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(reply.body.toString('utf8'));
  } catch {
    throw new Error(
      `status ${reply.status} with a body that is not JSON: ${reply.body.toString('utf8').slice(0, 200)}`,
    );
  }
  check(typeof value === 'object' && value !== null && !Array.isArray(value), 'the body is not a JSON object');
  return value as Record<string, unknown>;
}

/** The body of a success. */
export function okJson(reply: Reply): Record<string, unknown> {
  check(reply.status === 200, `expected 200, got ${reply.status}: ${reply.body.toString('utf8').slice(0, 200)}`);
  return jsonOf(reply);
}

/** An error of the protocol: one of the statuses, with `{"error": text}`; and the server is well after it. */
export async function expectError(server: Server, reply: Reply, ...statuses: number[]): Promise<void> {
  const text = reply.body.toString('utf8').slice(0, 200);
  check(statuses.includes(reply.status), `expected ${statuses.join(' or ')}, got ${reply.status}: ${text}`);
  const { error } = jsonOf(reply);
  check(typeof error === 'string' && error !== '', `the body of the error is not {"error": text}: ${text}`);
  await expectHealthy(server);
}

export async function expectHealthy(server: Server): Promise<void> {
  for (const path of ['/v2/health/live', '/v2/health/ready']) {
    const { status } = await server.send({ path });
    check(status === 200, `${path} gave ${status} afterwards`);
  }
}
