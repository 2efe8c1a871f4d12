import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ForwardedModel } from '../../shared/rpc/cluster-schemas.ts';
import { testRequestHeader } from '../../shared/serving/test-request-header.ts';

const timeoutMs = 10_000;
const longestAnswerBytes = 8 * 2 ** 20;
const mostModels = 1_000;

/** The parts of the OpenAPI document of an endpoint that are read here. */
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.object({
      post: z
        .object({
          requestBody: z.object({
            content: z.object({
              'application/json': z.object({
                schema: z.object({
                  examples: z.array(z.object({ rows: z.array(z.record(z.string(), z.unknown())).min(1) })).min(1),
                }),
              }),
            }),
          }),
        })
        .optional()
        .catch(undefined),
    }),
  ),
});

const predictPath = /^\/v1\/models\/([^/{]+)\/predict$/;

/**
 * The models behind `url` that take rows by column name, with the example of its OpenAPI document; none where another
 * server than ours answers. Throws `cluster.unreachable`.
 */
export async function modelsOfEndpoint(url: string, signal: AbortSignal | undefined): Promise<ForwardedModel[]> {
  const { status, text } = await ask(`${url}/v2/openapi.json`, { method: 'GET' }, signal);
  if (status !== 200) return [];
  const document = documentSchema.safeParse(parsed(text));
  if (!document.success) return [];
  return Object.entries(document.data.paths)
    .flatMap(([path, { post }]) => {
      const name = predictPath.exec(path)?.[1];
      const example = post?.requestBody.content['application/json'].schema.examples[0]?.rows[0];
      return name === undefined || example === undefined ? [] : [{ name: decodeURIComponent(name), example }];
    })
    .slice(0, mostModels);
}

/**
 * What the endpoint behind `url` answers for one row (`POST /v1/models/NAME/predict`, marked as a test), and the time it
 * took from this machine, in ms. Throws `cluster.unreachable`, `serve.inference` with what the endpoint says where it refuses.
 */
export async function predictAtEndpoint(
  url: string,
  model: string,
  row: Record<string, unknown>,
  signal: AbortSignal | undefined,
): Promise<{ answer: unknown; durationMs: number }> {
  const startedMs = performance.now();
  const { status, text } = await ask(
    `${url}/v1/models/${encodeURIComponent(model)}/predict`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', [testRequestHeader]: '1' },
      body: JSON.stringify({ rows: [row] }),
    },
    signal,
  );
  const durationMs = performance.now() - startedMs;
  const answer = parsed(text);
  if (status === 200) return { answer, durationMs };
  const said = z.object({ error: z.string() }).safeParse(answer);
  throw new AppError(
    'serve.inference',
    `The endpoint answers with status ${status}: ${said.data?.error ?? text.slice(0, 500)}`,
  );
}

async function ask(
  url: string,
  request: RequestInit,
  signal: AbortSignal | undefined,
): Promise<{ status: number; text: string }> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      ...request,
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > longestAnswerBytes) throw new Error(`the answer is longer than ${longestAnswerBytes} bytes`);
      chunks.push(chunk);
    }
    return { status: response.status, text: Buffer.concat(chunks).toString() };
  } catch (error) {
    signal?.throwIfAborted();
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new AppError('cluster.unreachable', `The endpoint does not answer: ${reason}`, {
      fix: 'Look at the state and the log of its pods, and open it again.',
      cause: error,
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
