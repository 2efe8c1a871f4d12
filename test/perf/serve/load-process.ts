// One load generator: closed loop over a number of connections, in a process of its own so that its CPU time and pauses
// are not the server's. Gets jobs over IPC and answers each with what it measured.
import { connect } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { loadGrpcService } from '../../../main/serving/grpc/grpc-service.ts';
import type { LoadJob, LoadResult } from './load.ts';

async function closedLoop(job: LoadJob, send: (() => Promise<void>)[]): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + job.seconds * 1000;
  await Promise.all(
    send.map(async (once) => {
      for (let now = performance.now(); now < endMs; ) {
        await once();
        const done = performance.now();
        latenciesMs.push(done - now);
        now = done;
      }
    }),
  );
  return { latenciesMs: Float64Array.from(latenciesMs), seconds: (performance.now() - startedMs) / 1000 };
}

/** A kept HTTP connection that sends the same request again and again. */
function httpConnection(port: number, request: Buffer): Promise<{ once(): Promise<void>; close(): void }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let waiting: { resolve(): void; reject(error: Error): void } | undefined;
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const head = received.toString('latin1', 0, headEnd);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (received.length < headEnd + 4 + length) return;
      const status = head.slice(9, 12);
      received = Buffer.alloc(0);
      if (status === '200') waiting?.resolve();
      else waiting?.reject(new Error(`status ${status}`));
    });
    const fail = (error: Error) => {
      waiting?.reject(error);
      reject(error);
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('connection closed')));
    socket.on('connect', () =>
      resolve({
        once: () =>
          new Promise((resolveOne, rejectOne) => {
            waiting = { resolve: resolveOne, reject: rejectOne };
            socket.write(request);
          }),
        close: () => {
          socket.removeAllListeners('close');
          socket.destroy();
        },
      }),
    );
  });
}

async function runHttp(job: LoadJob, port: number, request: Buffer): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: job.connections }, () => httpConnection(port, request)));
  try {
    return await closedLoop(
      job,
      connections.map((connection) => connection.once),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function runGrpc(job: LoadJob, address: string, message: Record<string, unknown>): Promise<LoadResult> {
  const method = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService')['ModelInfer'];
  if (method === undefined) throw new Error('no ModelInfer');
  const client = new Client(address, credentials.createInsecure());
  const once = () =>
    new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, message, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  try {
    return await closedLoop(
      job,
      Array.from({ length: job.connections }, () => once),
    );
  } finally {
    client.close();
  }
}

process.on('message', (job: LoadJob) => {
  const { target } = job;
  const run =
    target.kind === 'http'
      ? runHttp(job, target.port, Buffer.from(target.request))
      : runGrpc(job, target.address, target.message);
  run.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
