import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../support/remove-folder.ts';
import { startUpdateFeed } from '../support/update-feed.ts';
import { screenshot } from './app.ts';
import { type Display, desktopFolders, enginePids, findElectron, openDisplay } from './desktop-runtime.ts';
import { editorPage } from './editor-page.ts';
import { bytesBelow, type PackagedApp, packageApp, startPackaged } from './packaged-app.ts';

const runtime = findElectron();
const reason =
  process.platform !== 'linux' ? 'only the Linux folder is tested' : 'reason' in runtime ? runtime.reason : undefined;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

/** To what ran here before: one version that its feed has no more, and one that it has. */
async function goBack(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Go back to 0.0.1' }).click();
  await window.getByText('Version 0.0.1 is not kept any more').waitFor();
  await window.getByRole('button', { name: 'Go back to 0.0.2' }).click();
  await window.getByText('Version 0.0.2 can be downloaded again').waitFor();
  await window.getByRole('button', { name: 'Download 0.0.2' }).scrollIntoViewIfNeeded();
  await screenshot(window, 'packaged-go-back');
  await window.getByRole('button', { name: 'Download 0.0.2' }).click();
  await window.getByText('Version 0.0.2 is checked and ready').waitFor();
}

describe.skipIf(reason !== undefined)(`the packaged app${why}`, () => {
  let output: string;
  let display: Display | undefined;
  let started: PackagedApp;

  beforeAll(async () => {
    if ('reason' in runtime) return;
    output = packageApp(runtime.dir);
    display = await openDisplay();
    started = await startPackaged(output, display.name);
  });
  afterAll(async () => {
    await started?.close();
    display?.close();
    if (output !== undefined) await removeFolder(output);
  });

  it('opens with the sample graph and runs one, without a checkout or a Node of the machine', async () => {
    const { window, folders } = started;
    await window.locator('.react-flow__node[data-id="trailing"]').waitFor();
    const editor = editorPage(window);
    await window.getByRole('link', { name: 'Home' }).click();
    await window.getByText('Penguins').first().click();
    await editor.node('register').waitFor();
    await editor.run();
    await editor.waitForNode('register', /(Fresh|Cached)/);
    expect(existsSync(join(folders.dataDir, 'slipway.db'))).toBe(true);
    const [pid] = enginePids(folders.dataDir);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]).toBe(
      join(output, 'linux-unpacked', 'resources', 'node', 'node'),
    );
  });

  it('brings its command line', () => {
    const resources = join(output, 'linux-unpacked', 'resources');
    const link = join(started.folders.folder, 'slipway');
    symlinkSync(join(resources, 'bin', 'slipway'), link);
    const env = { PATH: '/usr/bin:/bin', HOME: started.folders.folder };
    expect(execFileSync(link, ['--version'], { env, encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    const args = ['templates', 'list', '--json', '--data-dir', join(started.folders.folder, 'cli')];
    expect(execFileSync(link, args, { env, encoding: 'utf8' })).toContain('flight-delays');
    expect(readFileSync(join(resources, 'third-party-licences.txt'), 'utf8')).toContain('better-sqlite3');
  });

  it('carries the packages it imports, bundled, and the samples', () => {
    const resources = join(output, 'linux-unpacked', 'resources');
    const { folder } = started.folders;
    const env = { PATH: '/usr/bin:/bin', HOME: folder, SLIPWAY_DATA_DIR: join(folder, 'cli') };
    const slipway = (...args: string[]) =>
      execFileSync(join(resources, 'bin', 'slipway'), args, {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const graph = join(folder, 'digits.slipway.json');
    slipway('templates', 'new', 'digits', '--out', graph);
    expect(slipway('run', graph, '--to', 'images', '--json')).toContain('"status":"succeeded"');
    const bundle = slipway('export', graph, '--target', 'argo,kserve', '--out', join(folder, 'bundle'), '--json');
    expect(bundle).toContain('base/serving-runtime.yaml');
    // Node, DuckDB and ONNX Runtime are 205 of these.
    expect(bytesBelow(resources) / 2 ** 20).toBeLessThan(245);
  });

  it('cannot be used as a Node of its own', () => {
    const { folders, binary } = started;
    const env = { ...folders.env, ELECTRON_RUN_AS_NODE: '1' };
    const asNode = spawnSync(binary, ['-e', 'console.log("ran as node")', '--no-sandbox'], {
      env: { ...env, XDG_CONFIG_HOME: join(folders.folder, 'other') },
      encoding: 'utf8',
      timeout: 3_000,
    });
    expect(asNode.stdout).not.toContain('ran as node');
    const inspected = spawnSync(binary, ['--inspect=0', '--no-sandbox', `--user-data-dir=${folders.profile}-2`], {
      env: { ...folders.env, NODE_OPTIONS: '--inspect=0', SLIPWAY_DATA_DIR: join(folders.folder, 'second') },
      encoding: 'utf8',
      timeout: 4_000,
    });
    expect(inspected.stderr).not.toContain('Debugger listening');
  });

  // Two starts of the app.
  it('updates itself when asked or goes back, and only to a file that is what its feed promised', {
    timeout: 480_000,
  }, async () => {
    if (display === undefined) throw new Error('There is no display.');
    const resources = join(output, 'linux-unpacked', 'resources');
    const image = join(started.folders.folder, 'Slipway.AppImage');
    writeFileSync(image, 'an installed AppImage');
    for (const honest of [false, true]) {
      const feed = await startUpdateFeed('99.0.0', { honest, earlier: '0.0.2' });
      writeFileSync(
        join(resources, 'app-update.yml'),
        `provider: generic\nurl: ${feed.url}\nupdaterCacheDirName: slipway-test-${process.pid}-${String(honest)}\n`,
      );
      const folders = desktopFolders(display.name);
      folders.env['APPIMAGE'] = image;
      folders.env['XDG_CACHE_HOME'] = join(folders.folder, 'cache');
      // As two earlier versions have left it.
      mkdirSync(folders.profile, { recursive: true });
      writeFileSync(join(folders.profile, 'shell.json'), JSON.stringify({ versions: ['0.0.2', '0.0.1'] }));
      const app = await startPackaged(output, display.name, folders);
      try {
        await app.window.locator('.react-flow__node').first().waitFor();
        expect(feed.asked).toEqual([]);
        await app.window.getByRole('link', { name: 'Settings' }).click();
        if (honest) await goBack(app.window);
        await app.window.getByRole('button', { name: 'Look for updates' }).click();
        await app.window.getByRole('button', { name: 'Download 99.0.0' }).click();
        const outcome = honest ? 'is checked and ready' : 'sha512 checksum mismatch';
        await app.window.getByText(outcome).waitFor();
      } finally {
        await app.close();
        feed.close();
      }
      if (!honest) expect(readFileSync(image, 'utf8')).toBe('an installed AppImage');
    }
  });

  it('carries the libraries of this system only', () => {
    const modules = join(output, 'linux-unpacked', 'resources', 'app.asar.unpacked', 'node_modules');
    const files = execFileSync('find', [modules, '-name', '*.node', '-o', '-name', '*.dll', '-o', '-name', '*.dylib'], {
      encoding: 'utf8',
    });
    expect(files).toContain(`${process.platform}/${process.arch}`);
    expect(files).not.toMatch(/darwin|win32|\.dll|\.dylib/);
  });
});
