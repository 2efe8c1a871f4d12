import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StoreDatabase } from '../../store/database.ts';
import { ModelCatalog } from '../../tracking/model-catalog.ts';
import { TrackingStore } from '../../tracking/tracking-store.ts';
import { MlflowError, toMlflowAnswer } from './mlflow-error.ts';
import { modelRoutes } from './model-routes.ts';
import { trackingRoutes } from './tracking-routes.ts';

const prefixes = ['/api/2.0/mlflow/', '/ajax-api/2.0/mlflow/'];
/** The limit of a log-batch, for every request. */
const longestBodyBytes = 1_000_000;

export interface MlflowHandler {
  handles(path: string): boolean;
  /** Answers a request that has shown its token. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

/** MLflow's REST interface to experiments and registry. Errors are answers `{error_code, message}`. */
export function createMlflowHandler(database: StoreDatabase): MlflowHandler {
  const tracking = new TrackingStore(database);
  const routes = new Map(
    Object.entries({ ...trackingRoutes(tracking), ...modelRoutes(new ModelCatalog(database), tracking) }),
  );
  return {
    handles: (path) => prefixes.some((prefix) => path.startsWith(prefix)),
    async answer(request, response, url) {
      try {
        const prefix = prefixes.find((candidate) => url.pathname.startsWith(candidate)) ?? '';
        const path = url.pathname.slice(prefix.length);
        const route = routes.get(`${request.method} ${path}`);
        if (route === undefined) {
          throw new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${request.method} ${url.pathname}.`);
        }
        const input =
          request.method === 'GET' ? queryFields(url) : { ...queryFields(url), ...(await readJson(request)) };
        sendJson(response, 200, route(input));
      } catch (error) {
        const { status, body } = toMlflowAnswer(error);
        sendJson(response, status, body);
      }
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** A name that is repeated becomes a list. */
function queryFields(url: URL): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    fields[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return fields;
}

async function readJson(request: IncomingMessage): Promise<object> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    // The rest is read and dropped, so that the client gets to see the answer.
    if (bytes <= longestBodyBytes) parts.push(part);
    else if (bytes > 20 * longestBodyBytes) break;
  }
  if (bytes > longestBodyBytes) {
    throw new MlflowError('REQUEST_LIMIT_EXCEEDED', `A request can hold at most ${longestBodyBytes} bytes.`);
  }
  if (bytes === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Answered below.
  }
  throw new MlflowError('INVALID_PARAMETER_VALUE', 'The request body is not a JSON object.');
}
