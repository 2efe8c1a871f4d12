import { type ClientContext, type ClientLink, type ClientOptions, createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { EngineContract } from '../../shared/rpc/engine-contract.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { shell } from '../platform/shell.ts';
import { useConnection } from './connection-store.ts';
import { t } from './text.ts';

export type EngineClient = ContractRouterClient<EngineContract>;

const firstRetryMs = 400;
const longestRetryMs = 8000;

/** Keeps one WebSocket to the engine, opening it again with growing pauses (doubling, with jitter). */
class EngineLink implements ClientLink<ClientContext> {
  #link: RPCLink<ClientContext> | undefined;
  #socket: WebSocket | undefined;
  #retryMs = firstRetryMs;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { resolve: (link: RPCLink<ClientContext>) => void; reject: (error: Error) => void }[] = [];

  start(): void {
    shell.onEngineState((state) => {
      if (state === 'ready') this.#open();
      else this.#socket?.close();
    });
    window.addEventListener('online', () => this.#open());
    this.#open();
  }

  /** Calls wait while the first connection opens; without an engine they fail at once. */
  async call(path: readonly string[], input: unknown, options: ClientOptions<ClientContext>): Promise<unknown> {
    return (await this.#ready()).call(path, input, options);
  }

  retryNow(): void {
    this.#retryMs = firstRetryMs;
    this.#open();
  }

  #ready(): Promise<RPCLink<ClientContext>> {
    if (this.#link) return Promise.resolve(this.#link);
    const { state } = useConnection.getState();
    if (state === 'connecting') return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return Promise.reject(
      new AppError('environment.missing', t.engineNotReachable, {
        fix: t.connectsAgain,
      }),
    );
  }

  #open(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    void shell.engine().then(
      ({ url, token }) => this.#connect(url, token),
      () => this.#lost(),
    );
  }

  #connect(url: string, token: string): void {
    if (this.#socket) return;
    const socket = new WebSocket(url, [`slipway.${token}`]);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const link = new RPCLink<ClientContext>({ websocket: socket });
      this.#link = link;
      this.#retryMs = firstRetryMs;
      useConnection.setState((before) => ({ state: 'online', lastOnlineMs: Date.now(), epoch: before.epoch + 1 }));
      for (const waiter of this.#waiting.splice(0)) waiter.resolve(link);
    });
    socket.addEventListener('close', () => this.#lost());
  }

  #lost(): void {
    this.#socket = undefined;
    this.#link = undefined;
    useConnection.setState((before) => ({
      state: before.epoch === 0 ? 'refused' : 'offline',
      lastOnlineMs: before.state === 'online' ? Date.now() : before.lastOnlineMs,
    }));
    const error = new AppError('environment.missing', t.engineNotReachable);
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
    this.#timer = setTimeout(() => this.#open(), this.#retryMs * (0.75 + Math.random() / 2));
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
  }
}

const link = new EngineLink();

/** The engine, typed by its contract. Errors are turned into wire errors by `toEngineError`. */
export const engine: EngineClient = createORPCClient(link);

/** Opens the connection; once, at start. */
export function connectEngine(): void {
  link.start();
}

export function reconnectEngine(): void {
  link.retryNow();
}
