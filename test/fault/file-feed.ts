import type { SourceSettings } from '../../main/streams/sources/stream-source.ts';

/** Follows a file from its start into the stream `s`. */
export function fileFeed(path: string): SourceSettings {
  return {
    source: 'file',
    name: 's',
    url: '',
    topic: '',
    path,
    user: '',
    password: undefined,
    mechanism: 'plain',
    start: 'earliest',
  };
}
