import type { GrpcClient } from './grpc-client.ts';
import { type Exchange, HttpClient, type Reply } from './http-exchange.ts';

/** What a case works with. */
export interface Server {
  send(exchange: Exchange): Promise<Reply>;
  /** Skips the case unless the server has the model. */
  needModel(name: string): Promise<void>;
  /** Skips the case unless the server metadata lists the extension. */
  needExtension(name: string): Promise<void>;
  /** Skips the case without a gRPC address. */
  grpc(): GrpcClient;
}

export interface Case {
  id: string;
  group: string;
  /** Resolves when the server does it right; throws with what it did instead. */
  run(server: Server): Promise<void>;
}

export interface CaseResult {
  id: string;
  group: string;
  status: 'pass' | 'fail' | 'skip';
  /** What went wrong, or why nothing was tried. */
  detail: string;
}

export interface KitReport {
  url: string;
  cases: CaseResult[];
}

/** The server under test lacks what a case is about. */
class Skip extends Error {}

/** Cases of one group. */
export function group(name: string, cases: Record<string, Case['run']>): Case[] {
  return Object.entries(cases).map(([id, run]) => ({ id: `${name}/${id}`, group: name, run }));
}

export interface KitOptions {
  url: string;
  grpc: GrpcClient | undefined;
  cases: readonly Case[];
  onResult(result: CaseResult): void;
}

/** Runs the cases one after the other. Errors: the server cannot be reached at all. */
export async function runKit({ url, grpc, cases, onResult }: KitOptions): Promise<KitReport> {
  const http = new HttpClient(url);
  try {
    await http.send({ path: '/v2/health/live' });
    const server = serverOf(http, grpc);
    const results: CaseResult[] = [];
    for (const { id, group: name, run } of cases) {
      const result = { id, group: name, ...(await outcome(() => run(server))) };
      results.push(result);
      onResult(result);
    }
    return { url, cases: results };
  } finally {
    http.close();
  }
}

async function outcome(run: () => Promise<void>): Promise<Pick<CaseResult, 'status' | 'detail'>> {
  try {
    await run();
    return { status: 'pass', detail: '' };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { status: error instanceof Skip ? 'skip' : 'fail', detail };
  }
}

function serverOf(http: HttpClient, grpc: GrpcClient | undefined): Server {
  const models = new Map<string, Promise<boolean>>();
  let extensions: Promise<readonly string[]> | undefined;
  const hasModel = async (name: string) => (await http.send({ path: `/v2/models/${name}` })).status === 200;
  const readExtensions = async () => {
    const { body } = await http.send({ path: '/v2' });
    const metadata = JSON.parse(body.toString()) as { extensions?: unknown };
    return Array.isArray(metadata.extensions) ? (metadata.extensions as string[]) : [];
  };
  return {
    send: (exchange) => http.send(exchange),
    async needModel(name) {
      let known = models.get(name);
      if (known === undefined) models.set(name, (known = hasModel(name)));
      if (!(await known)) throw new Skip(`the server has no model ${name}`);
    },
    async needExtension(name) {
      extensions ??= readExtensions();
      if (!(await extensions).includes(name)) throw new Skip(`the server does not list the extension ${name}`);
    },
    grpc() {
      if (grpc === undefined) throw new Skip('no gRPC address was given');
      return grpc;
    },
  };
}
