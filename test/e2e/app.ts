import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { removeFolder } from '../support/remove-folder.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Screenshots of a failed or documented moment; not in git. */
const screenshots = join(root, 'test', '.artifacts');

const candidates = [
  process.env['SLIPWAY_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium of this machine; undefined skips the browser tests by name. */
export const chromiumPath = candidates.find((path) => path !== undefined && existsSync(path));

/** Until when a machine under load answers, loads or shows something, ms. */
export const patienceMs = 60_000;

export interface RunningApp {
  url: string;
  dataDir: string;
  /** Ends the engine. */
  stop(): Promise<void>;
}

/** Runs `slipway ARGS --json` and resolves with the first JSON line of the given type. */
export function startSlipway(
  args: readonly string[],
  type: string,
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; event: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'main/cli/slipway.ts'), ...args, '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as Record<string, unknown>;
      if (event['type'] === type) resolve({ child, event });
    });
    child.on('error', reject);
    // After its output: what is asked for may be the last line.
    child.on('close', (code) => reject(new Error(`slipway ${args.join(' ')} ended with ${code}: ${errors}`)));
  });
}

/** Ends a process, and waits until it has; one that has ended already too. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export async function startApp(): Promise<RunningApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slipway-e2e-'));
  const { child, event } = await startSlipway(['ui', '--port', '0', '--data-dir', dataDir], 'ui.ready');
  return {
    url: String(event['url']),
    dataDir,
    async stop() {
      await endProcess(child);
      await removeFolder(dataDir);
    },
  };
}

/** As root, Chromium's own sandbox cannot be used; no test page is remote. */
export async function launchBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('No Chromium found.');
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    timeout: 2 * patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  browser.on('context', (context) => context.setDefaultTimeout(patienceMs));
  return browser;
}

export interface AppPage {
  page: Page;
  /** Errors of the page's console and uncaught ones, for the end of each test. */
  errors: string[];
}

export async function openPage(browser: Browser, url: string, theme: 'light' | 'dark' = 'light'): Promise<AppPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
