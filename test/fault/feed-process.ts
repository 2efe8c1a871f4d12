import { createStreamFeeds } from '../../main/streams/stream-feeds.ts';

// A reader to be killed: follows a file into the stream `s` of the given folder and prints a line when it begins.
const [streamsDir = '', path = ''] = process.argv.slice(2);
const feeds = createStreamFeeds({ streamsDir, log: (text) => process.stderr.write(`${text}\n`) });
process.stdout.write('reading\n');
await feeds.follow(
  {
    source: 'file',
    name: 's',
    url: '',
    topic: '',
    path,
    user: '',
    password: undefined,
    mechanism: 'plain',
    start: 'earliest',
  },
  60_000,
);
setInterval(() => undefined, 1000);
