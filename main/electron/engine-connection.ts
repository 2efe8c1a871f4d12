import type { EngineChoice, RemoteEngine } from '../../shared/rpc/shell-contract.ts';
import { createEngineHost, type EngineAddress, type EngineHost, type EngineHostOptions } from './engine-host.ts';
import { openRemoteRelay, type RemoteRelay } from './remote-relay.ts';

/** The engine that the windows work with: one of this machine, or another one's behind a relay. */
export interface EngineConnection {
  readonly choice: EngineChoice;
  address(): Promise<EngineAddress>;
  /** Starts this machine's engine anew; nothing where the engine is another machine's. */
  restart(): void;
  /** Moves over to an engine that was checked before. */
  connect(engine: RemoteEngine): Promise<void>;
  useLocal(): void;
  stop(): void;
}

export interface EngineConnectionOptions extends EngineHostOptions {
  /** The engine of another machine shows a certificate that is not trusted, or not any more. */
  onUntrusted: (url: string) => void;
}

export function createEngineConnection(options: EngineConnectionOptions, initial?: RemoteEngine): EngineConnection {
  let host: EngineHost | undefined;
  let remote: { engine: RemoteEngine; relay: Promise<RemoteRelay> } | undefined;

  function closeRemote(): void {
    remote?.relay.then((relay) => relay.close()).catch(() => undefined);
    remote = undefined;
  }

  function begin(engine: RemoteEngine): Promise<RemoteRelay> {
    const relay = openRemoteRelay(engine, { log: options.log, onUntrusted: () => options.onUntrusted(engine.url) });
    remote = { engine, relay };
    return relay;
  }

  if (initial === undefined) host = createEngineHost(options);
  else begin(initial).catch((error: unknown) => options.log(`Remote engine: ${String(error)}`));

  return {
    get choice(): EngineChoice {
      if (remote === undefined) return { kind: 'local' };
      return { kind: 'remote', url: remote.engine.url, fingerprint: remote.engine.fingerprint ?? null };
    },
    async address() {
      if (remote !== undefined) return { url: (await remote.relay).url, token: remote.engine.token };
      if (host === undefined) throw new Error('No engine has been started.');
      return host.address();
    },
    restart: () => host?.restart(),
    async connect(engine) {
      closeRemote();
      await begin(engine);
      host?.stop();
      host = undefined;
    },
    useLocal() {
      closeRemote();
      host ??= createEngineHost(options);
    },
    stop() {
      closeRemote();
      host?.stop();
    },
  };
}
