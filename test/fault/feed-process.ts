import { createStreamFeeds } from '../../main/streams/stream-feeds.ts';
import { fileFeed } from './file-feed.ts';

// A reader to be killed: follows a file into the stream `s` of the given folder and prints a line when it begins.
const [streamsDir = '', path = ''] = process.argv.slice(2);
const feeds = createStreamFeeds({ streamsDir, log: (text) => process.stderr.write(`${text}\n`) });
process.stdout.write('reading\n');
await feeds.follow(fileFeed(path), 60_000);
setInterval(() => undefined, 1000);
