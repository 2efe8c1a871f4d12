import { createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import { openCluster } from './cluster-client.ts';
import { explainFailure } from './explain-failure.ts';
import { chooseContext } from './kube-contexts.ts';

export interface ForwardedPort {
  /** `http://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

interface Pod {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * A port of this machine that leads to a pod which is ready, whichever that is when a connection is made: a rollout in between
 * does not end it. Throws `cluster.*`, `serve.not-ready` while there is none.
 */
export async function forwardPort(options: {
  context: string | undefined;
  namespace: string;
  labelSelector: string;
  /** In the pod. */
  podPort: number;
  /** Of this machine; 0 takes any free one. */
  port: number;
  env?: NodeJS.ProcessEnv;
}): Promise<ForwardedPort> {
  const { context, namespace, labelSelector, podPort, env } = options;
  const client = openCluster(context, env);
  const forward = new PortForward(chooseContext(context, env));
  const podName = async (): Promise<string> => {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = await client
      .json<{ items: Pod[] }>({ path, query: { labelSelector } })
      .catch((error: unknown) => Promise.reject(asError(explainFailure(error, 'Looking for the pods'))));
    const ready = items.find(({ status }) =>
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    );
    if (ready !== undefined) return ready.metadata.name;
    throw new AppError('serve.not-ready', `No pod of ${labelSelector} in ${namespace} is ready.`, {
      fix: 'Wait until the run has registered the model; the status of the steps says how far it is.',
    });
  };
  await podName();
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const errors = new PassThrough();
    // The pod says what went wrong on a channel of its own; the connection has failed then.
    errors.on('data', () => socket.destroy());
    podName()
      .then(async (pod) => {
        const opened = await forward.portForward(namespace, pod, [podPort], socket, errors, socket);
        const connection = typeof opened === 'function' ? opened() : opened;
        if (socket.destroyed) connection?.close();
        else socket.on('close', () => connection?.close());
      })
      .catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  }).catch((cause: unknown) => {
    throw new AppError('port.in-use', `The port ${options.port} of this machine cannot be used.`, {
      fix: 'Name another one, or 0.',
      cause,
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
