import type { IncomingMessage } from 'node:http';
import { featureHeader } from './enrich-request.ts';
import type { Answer } from './http-answer.ts';
import { requestIdHeader } from './request-id.ts';

const maxAgeSeconds = 600;
const anyOrigin = '*';
const allowedHeaders =
  'authorization, content-type, inference-header-content-length, traceparent, x-slipway-session, x-slipway-timing, x-slipway-track';
const exposedHeaders = `inference-header-content-length, retry-after, server-timing, ${featureHeader}, ${requestIdHeader}`;

/** Whether pages of an origin may ask; `*` allows every one. */
export function allowsOrigin(allowed: readonly string[], origin: string): boolean {
  return allowed.includes(origin) || allowed.includes(anyOrigin);
}

/** Headers that let the page of an allowed origin read the answer; none for others. */
export function corsHeaders(allowed: readonly string[], origin: string | undefined): Record<string, string> {
  if (origin === undefined || allowed.length === 0 || !allowsOrigin(allowed, origin)) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders, vary: 'origin' };
}

/** The answer to a browser's question before a request of an allowed origin; undefined where this is none. */
export function preflightAnswer(
  allowed: readonly string[],
  { method, headers }: IncomingMessage,
  methods: readonly string[],
): Answer | undefined {
  const { origin } = headers;
  if (method !== 'OPTIONS' || origin === undefined || headers['access-control-request-method'] === undefined) {
    return undefined;
  }
  if (!allowsOrigin(allowed, origin)) return undefined;
  return {
    status: 204,
    contentType: 'text/plain',
    body: '',
    headers: {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': maxAgeSeconds,
    },
  };
}
