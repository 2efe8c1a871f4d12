import { create } from 'zustand';

export interface Connection {
  /** `refused`: the engine was never reached; wrong token, or not running. */
  state: 'connecting' | 'online' | 'offline' | 'refused';
  /** Unix ms of the last moment online. */
  lastOnlineMs: number | undefined;
  /** Grows with every new connection, so that subscriptions are opened again. */
  epoch: number;
}

export const useConnection = create<Connection>(() => ({ state: 'connecting', lastOnlineMs: undefined, epoch: 0 }));

export function useOnline(): boolean {
  return useConnection((connection) => connection.state === 'online');
}
