import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { testRequestHeader } from '../../shared/serving/test-request-header.ts';
import { modelsOfEndpoint, predictAtEndpoint } from './forwarded-endpoint.ts';

async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const content = (rows: unknown) => ({
  requestBody: { content: { 'application/json': { schema: { examples: [{ rows }] } } } },
});

it('finds the models that take rows, with an example of each', async () => {
  const paths = {
    '/v1/models': { get: {} },
    '/v1/models/a%20b/predict': { post: content([{ x: 1, city: null }]) },
    '/v1/models/a%20b/explain': { post: content([{ x: 1 }]) },
    '/v1/models/{model}/predict': { post: content([{ x: 1 }]) },
    '/v1/models/tensors/predict': { post: content([]) },
  };
  await withServer(
    (request, response) =>
      response.writeHead(request.url === '/v2/openapi.json' ? 200 : 404).end(JSON.stringify({ paths })),
    async (url) => {
      expect(await modelsOfEndpoint(url, undefined)).toEqual([{ name: 'a b', example: { x: 1, city: null } }]);
    },
  );
});

it.each([
  ['another server', 404, '{}'],
  ['no JSON', 200, '<html>'],
  ['another document', 200, '{"paths": [1]}'],
])('finds none: %s', async (_, status, text) => {
  await withServer(
    (_request, response) => response.writeHead(status).end(text),
    async (url) => expect(await modelsOfEndpoint(url, undefined)).toEqual([]),
  );
});

it('asks for one row as a test, and hands on what the endpoint says', async () => {
  const asked: unknown[] = [];
  let status = 200;
  await withServer(
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        asked.push([request.method, request.url, request.headers[testRequestHeader], body]);
        response
          .writeHead(status)
          .end(JSON.stringify(status === 200 ? { predictions: [1] } : { error: 'x is no number' }));
      });
    },
    async (url) => {
      const { answer, durationMs } = await predictAtEndpoint(url, 'a b', { x: 1 }, undefined);
      expect(answer).toEqual({ predictions: [1] });
      expect(durationMs).toBeGreaterThan(0);
      expect(asked).toEqual([['POST', '/v1/models/a%20b/predict', '1', '{"rows":[{"x":1}]}']]);
      status = 400;
      await expect(predictAtEndpoint(url, 'a', {}, undefined)).rejects.toMatchObject({
        code: 'serve.inference',
        message: 'The endpoint answers with status 400: x is no number',
      });
    },
  );
});

it('takes no endless answer, follows nowhere else, and says when nobody answers', async () => {
  let closed = '';
  await withServer(
    (request, response) => {
      if (request.url === '/v2/openapi.json') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      else response.writeHead(200).end(Buffer.alloc(9 * 2 ** 20, 0x20));
    },
    async (url) => {
      const unreachable = { code: 'cluster.unreachable', fix: expect.stringContaining('its pods') };
      await expect(modelsOfEndpoint(url, undefined)).rejects.toMatchObject(unreachable);
      await expect(predictAtEndpoint(url, 'a', {}, undefined)).rejects.toMatchObject({
        ...unreachable,
        message: expect.stringContaining('longer than'),
      });
      closed = url;
    },
  );
  await expect(modelsOfEndpoint(closed, undefined)).rejects.toMatchObject({ code: 'cluster.unreachable' });
});
