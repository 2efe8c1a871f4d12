import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { sendAlertEmail } from './alert-email.ts';

const alert = {
  title: 'Inputs of delays drift',
  severity: 'warning' as const,
  resolvedMs: null,
  explanation: {
    sentences: [],
    columns: [{ column: 'x', words: 'median 1 → 2', effect: 1 }],
    performance: null,
    examples: [],
  },
};

it('mails an alert to every address through the server', async () => {
  const said: string[] = [];
  const server = createServer((socket) => {
    let inData = false;
    let rest = '';
    socket.write('220 mail.test\r\n');
    socket.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        said.push(line);
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          socket.write('250 taken\r\n');
        } else if (line.startsWith('DATA')) {
          inData = true;
          socket.write('354 go on\r\n');
        } else {
          socket.write(line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
        }
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    await sendAlertEmail([alert], 'Warning: x moved.', 'a@example.com, b@example.com', {
      SLIPWAY_SMTP_URL: `smtp://127.0.0.1:${port}`,
      SLIPWAY_SMTP_FROM: 'slipway@example.com',
    });
    expect(said.filter((line) => line.startsWith('RCPT TO'))).toEqual([
      'RCPT TO:<a@example.com>',
      'RCPT TO:<b@example.com>',
    ]);
    expect(said).toContain('Subject: Warning: Inputs of delays drift');
    expect(said).toContain('Warning: x moved.');
  } finally {
    server.close();
  }
});

it('says what is missing without a server', async () => {
  await expect(sendAlertEmail([alert], '', 'a@example.com', {})).rejects.toThrow('SLIPWAY_SMTP_URL is not set');
});
