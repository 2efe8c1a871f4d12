import type { WireError } from '../../../shared/errors/app-error.ts';

/** Messages between a serving process and the processes in front of it. */

export interface FrontStart {
  type: 'start';
  /** Socket of the serving process. */
  socketPath: string;
  /** Files with certificate chain and key, PEM; null: no TLS. */
  tls: { certPath: string; keyPath: string } | null;
}

/** `connection` comes with the socket of a client. */
export type FrontCommand = FrontStart | { type: 'connection' } | { type: 'drain' };

/** What a front has to do, and has done since its start. */
export interface FrontLoad {
  connections: number;
  /** Connections that were handed to it, those that have ended included. */
  taken: number;
  /** Requests that are not answered. */
  outstanding: number;
  requests: number;
  cpuUs: number;
}

export type FrontMessage =
  | { type: 'ready' }
  | { type: 'failed'; error: WireError }
  | { type: 'load'; load: FrontLoad }
  | { type: 'log'; level: 'warn'; text: string };

/** Address of the client, as the front saw it; the serving process believes it of its own fronts only. */
export const clientAddressHeader = 'x-slipway-client-address';
