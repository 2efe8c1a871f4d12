import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStreamIngest } from '../../main/streams/stream-ingest.ts';

// A server to be killed: takes events of the stream `s` into the given folder and prints its port.
const [streamsDir = ''] = process.argv.slice(2);
const ingest = createStreamIngest({ streamsDir, segmentBytes: 20_000 });
const server = createServer((request, response) => void ingest.handle('s', request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
