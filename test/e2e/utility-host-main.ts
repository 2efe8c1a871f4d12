// Main script of an Electron app that only hosts an engine in the utility process; its findings are lines on stdout.
import { app } from 'electron';
import { createEngineHost } from '../../main/electron/engine-host.ts';
import { utilityLauncher } from '../../main/electron/engine-launchers.ts';

const entry = process.env['SLIPWAY_TEST_ENTRY'] ?? '';

function say(value: unknown): void {
  process.stdout.write(`FOUND ${JSON.stringify(value)}\n`);
}

async function main(): Promise<void> {
  await app.whenReady();
  const host = createEngineHost({
    launch: utilityLauncher(entry, '/opt/node', () => process.env),
    log: (text) => say({ log: text }),
    onState: (state) => say({ state }),
    firstPauseMs: 10,
  });
  const first = await host.address();
  say({ first, answer: await (await fetch(first.url.replace('ws:', 'http:'))).text() });
  await fetch(`${first.url.replace('ws:', 'http:')}?crash`).catch(() => undefined);
  let second = first;
  while (second.token === first.token) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    second = await host.address();
  }
  say({ second, answer: await (await fetch(second.url.replace('ws:', 'http:'))).text() });
  host.stop();
  app.quit();
}

main().catch((error: unknown) => {
  say({ error: String(error) });
  app.exit(1);
});
