import { isIP } from 'node:net';
import { AppError } from '../../../shared/errors/app-error.ts';

export interface KafkaServers {
  servers: { host: string; port: number }[];
  /** Encrypted by TLS, with the certificate checked. */
  isEncrypted: boolean;
  /** Whether all are named by a host name, which TLS then asks for. */
  areNamed: boolean;
}

const defaultPort = 9092;

/**
 * The servers of an address: `kafka://HOST:PORT,HOST:PORT`, `kafkas://` for TLS; the scheme may be left out, as in the
 * `bootstrap.servers` of other clients. Errors: `params.invalid`.
 */
export function kafkaServers(address: string): KafkaServers {
  const [, scheme = 'kafka', list = ''] = /^(?:([a-z]+):\/\/)?(.*?)\/?$/.exec(address.trim()) ?? [];
  const servers = list.split(',').map((server) => {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(server.trim()) ?? [];
    return { host: bracketed ?? plain ?? '', port: port === undefined ? defaultPort : Number(port) };
  });
  const isValid = servers.every(({ host, port }) => host !== '' && port > 0 && port < 65_536);
  if (!isValid || (scheme !== 'kafka' && scheme !== 'kafkas')) {
    throw new AppError('params.invalid', `“${address}” is no address of Kafka.`, {
      fix: 'Write it as kafka://HOST:PORT,HOST:PORT, with kafkas:// for TLS; user and password are params of their own.',
      details: { field: 'url' },
    });
  }
  return { servers, isEncrypted: scheme === 'kafkas', areNamed: servers.every(({ host }) => isIP(host) === 0) };
}
