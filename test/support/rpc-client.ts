import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import WebSocket from 'ws';
import type { EngineContract } from '../../shared/rpc/engine-contract.ts';

export interface RpcConnection {
  client: ContractRouterClient<EngineContract>;
  close(): void;
}

/** Connects to a running `slipway ui` by the address it printed. Rejects with the HTTP status when refused. */
export function connectRpc(url: string, options: { token?: string; origin?: string } = {}): Promise<RpcConnection> {
  const address = new URL(url);
  const token = options.token ?? new URLSearchParams(address.hash.slice(1)).get('token') ?? '';
  const headers = options.origin === undefined ? {} : { origin: options.origin };
  const socket = new WebSocket(`ws://${address.host}/rpc`, [`slipway.${token}`], headers);
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.on('error', reject);
    socket.on('open', () => {
      const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
      resolve({ client: createORPCClient(link), close: () => socket.close() });
    });
  });
}
