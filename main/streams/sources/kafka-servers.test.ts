import { describe, expect, it } from 'vitest';
import { kafkaServers } from './kafka-servers.ts';

describe('kafkaServers', () => {
  it('takes one or several servers, with or without scheme and port', () => {
    expect(kafkaServers('kafka://a.example:9093, b.example')).toEqual({
      servers: [
        { host: 'a.example', port: 9093 },
        { host: 'b.example', port: 9092 },
      ],
      isEncrypted: false,
      areNamed: true,
    });
    expect(kafkaServers('a:1/')).toMatchObject({ servers: [{ host: 'a', port: 1 }], isEncrypted: false });
    expect(kafkaServers('kafkas://[::1]:9094')).toEqual({
      servers: [{ host: '::1', port: 9094 }],
      isEncrypted: true,
      areNamed: false,
    });
  });

  it.each([
    '',
    'kafka://',
    'kafka://a:0',
    'kafka://a:99999',
    'http://a:9092',
    'kafka://me:pass@a:9092',
    'a b:1',
    'a,,b',
  ])('refuses “%s”', (address) =>
    expect(() => kafkaServers(address)).toThrow(expect.objectContaining({ code: 'params.invalid' })),
  );
});
