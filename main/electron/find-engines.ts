import createMulticast, { type ResponsePacket } from 'multicast-dns';
import { engineService, type FoundEngine } from '../../shared/app/discovery.ts';

const listenMs = 2_500;
/** Anybody on the network may answer. */
const mostEngines = 50;

/** Engines that one answer tells of; anything that does not fit together is left out. */
export function enginesOfAnswer({
  answers,
  additionals,
}: Partial<Pick<ResponsePacket, 'answers' | 'additionals'>>): FoundEngine[] {
  const records = [...(answers ?? []), ...(additionals ?? [])];
  return records.flatMap((record) => {
    if (record.type !== 'SRV' || !record.name.endsWith(`.${engineService}`)) return [];
    const { target, port } = record.data;
    const address = records.find((other) => other.type === 'A' && other.name === target);
    if (address?.type !== 'A' || !/^\d{1,3}(\.\d{1,3}){3}$/.test(address.data) || port < 1 || port > 65_535) return [];
    const text = records.find((other) => other.type === 'TXT' && other.name === record.name);
    const tls = text?.type === 'TXT' && [text.data].flat().some((entry) => String(entry) === 'tls=1');
    const name = record.name.slice(0, -engineService.length - 1).slice(0, 100);
    return [{ name, url: `${tls ? 'https' : 'http'}://${address.data}:${port}` }];
  });
}

/** Asks the local network once, when a person wants to know. */
export function findEngines(): Promise<FoundEngine[]> {
  const multicast = createMulticast();
  const found = new Map<string, FoundEngine>();
  multicast.on('response', (packet) => {
    for (const engine of enginesOfAnswer(packet)) if (found.size < mostEngines) found.set(engine.url, engine);
  });
  multicast.on('warning', () => undefined);
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      multicast.destroy();
      resolve([...found.values()]);
    };
    const timer = setTimeout(finish, listenMs);
    multicast.on('error', finish);
    multicast.query({ questions: [{ name: engineService, type: 'PTR' }] });
  });
}
