import { hostname, networkInterfaces } from 'node:os';
import createMulticast from 'multicast-dns';
import { engineService } from '../../shared/app/discovery.ts';

const timeToLiveSeconds = 120;

/** Addresses of this machine that others can reach. */
function reachableAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, internal, address }) => (family === 'IPv4' && !internal ? [address] : [])),
  );
}

/**
 * Answers questions for engines on the local network (multicast DNS, RFC 6762 and 6763) until closed. It tells the name,
 * the address and whether TLS is spoken; never the token.
 */
export function advertiseEngine(options: { port: number; tls: boolean; log: (text: string) => void }): () => void {
  const multicast = createMulticast();
  const host = `${hostname().replace(/[^A-Za-z0-9-]/g, '-')}.local`;
  const instance = `${hostname().replaceAll('.', '-')}.${engineService}`;
  multicast.on('error', (error: Error) => options.log(`The engine cannot be announced: ${error.message}`));
  multicast.on('warning', () => undefined);
  multicast.on('query', (query) => {
    if (query.questions?.some(({ name, type }) => name === engineService && type === 'PTR') !== true) return;
    multicast.respond({
      answers: [{ name: engineService, type: 'PTR', ttl: timeToLiveSeconds, data: instance }],
      additionals: [
        { name: instance, type: 'SRV', ttl: timeToLiveSeconds, data: { target: host, port: options.port } },
        { name: instance, type: 'TXT', ttl: timeToLiveSeconds, data: [`tls=${options.tls ? 1 : 0}`] },
        ...reachableAddresses().map((data) => ({ name: host, type: 'A' as const, ttl: timeToLiveSeconds, data })),
      ],
    });
  });
  return () => multicast.destroy();
}
