import type { EndpointKey } from '../../../shared/serving/endpoint-key.ts';
import { AuditLog } from '../audit-log.ts';
import { type ApiKey, createKey, keyFilePath, type NewKey, readKeys, revokeKey, rotateKey } from './key-file.ts';

/** Keys of the endpoints of a data directory; each change is written to its audit log. Endpoints follow within a second. */
export interface KeyManagement {
  list(): Promise<EndpointKey[]>;
  /** The secret is shown now only. */
  create(key: NewKey): Promise<{ key: EndpointKey; secret: string }>;
  /** The old secret works until the grace is over. Errors: `key.not-found`. */
  rotate(idOrName: string, graceMs: number): Promise<{ key: EndpointKey; secret: string }>;
  /** Errors: `key.not-found`. */
  revoke(idOrName: string): Promise<EndpointKey>;
}

export function manageKeys(dataDir: string, log: (text: string) => void): KeyManagement {
  const path = keyFilePath(dataDir);
  async function record(done: string, key: ApiKey): Promise<void> {
    const audit = new AuditLog(dataDir, (_level, text) => log(text));
    audit.write({ action: `key.${done}`, target: `${key.id} ${key.name}`, key: null, address: null });
    await audit.close();
  }
  return {
    async list() {
      return ((await readKeys(path)) ?? []).map(shown);
    },
    async create(wanted) {
      const { key, secret } = await createKey(path, wanted);
      await record('created', key);
      return { key: shown(key), secret };
    },
    async rotate(idOrName, graceMs) {
      const { key, secret } = await rotateKey(path, idOrName, graceMs, Date.now());
      await record('rotated', key);
      return { key: shown(key), secret };
    },
    async revoke(idOrName) {
      const key = await revokeKey(path, idOrName);
      await record('revoked', key);
      return shown(key);
    },
  };
}

/** Not even the hash of a key is shown. */
function shown({ id, name, scopes, createdMs, expiresMs, ratePerSecond, requestsPerDay }: ApiKey): EndpointKey {
  return { id, name, scopes, createdMs, expiresMs, ratePerSecond, requestsPerDay };
}
