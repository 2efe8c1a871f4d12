import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../support/remove-folder.ts';
import { repositoryRoot } from '../support/run-slipway.ts';

const isMade = process.platform === 'linux' && spawnSync('dpkg-deb', ['--version']).status === 0;
const why = isMade ? '' : ' (skipped: there is no dpkg-deb)';

/** What electron-builder asks fpm for, made by dpkg-deb around a folder that stands for the app. */
describe.skipIf(!isMade)(`the Debian package${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-deb-'));
  const installed = join(folder, 'installed');
  const scripts = join(folder, 'scripts');
  const read = (path: string): string => readFileSync(join(installed, path), 'utf8');

  beforeAll(() => {
    const app = join(folder, 'app');
    mkdirSync(join(app, 'resources'), { recursive: true });
    cpSync(join(repositoryRoot, 'resources/bin'), join(app, 'resources/bin'), { recursive: true });
    for (const program of ['slipway-app', 'chrome-sandbox']) {
      writeFileSync(join(app, program), '#!/bin/sh\n', { mode: 0o755 });
    }
    execFileSync(
      process.execPath,
      [
        join(repositoryRoot, 'node_modules/electron-builder/cli.js'),
        '--linux',
        'deb',
        '--x64',
        '--publish=never',
        `--prepackaged=${app}`,
        '-c.extraMetadata.homepage=https://example.com/slipway',
        `-c.directories.output=${join(folder, 'out')}`,
      ],
      {
        cwd: repositoryRoot,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, CUSTOM_FPM_PATH: join(repositoryRoot, 'test/support/fpm-by-dpkg.mjs') },
      },
    );
    const deb = join(folder, 'out', `slipway_${versionOf()}_amd64.deb`);
    execFileSync('dpkg-deb', ['--extract', deb, installed]);
    execFileSync('dpkg-deb', ['--control', deb, scripts]);
  });
  afterAll(() => removeFolder(folder));

  it('puts the command line on the PATH', () => {
    const [, program] = /^exec (\S+) "\$@"$/m.exec(read('usr/bin/slipway')) ?? [];
    expect(existsSync(join(installed, program ?? 'none'))).toBe(true);
    for (const path of ['usr/bin/slipway', program ?? 'none']) {
      expect(statSync(join(installed, path)).mode & 0o111, path).toBe(0o111);
    }
  });

  it('tells the desktop of graphs and of links to the app', () => {
    const [name, ...others] = readdirSync(join(installed, 'usr/share/applications'));
    expect(others).toEqual([]);
    const { desktopName } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      desktopName: string;
    };
    expect(name).toBe(desktopName);
    const lines = read(join('usr/share/applications', desktopName)).split('\n');
    const entry = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const [program = '', placeholder] = entry.get('Exec')?.split(' ') ?? [];
    expect(existsSync(join(installed, program))).toBe(true);
    // URLs, for links to the app; graphs come as file: URLs then.
    expect(placeholder).toBe('%U');
    expect(entry.get('MimeType')).toBe('application/x-slipway-graph;x-scheme-handler/slipway;');
    expect(existsSync(join(installed, `usr/share/icons/hicolor/512x512/apps/${entry.get('Icon')}.png`))).toBe(true);
    // The name that main.ts gives the app, which X11 tells of its windows.
    expect(entry.get('StartupWMClass')).toBe('Slipway');
  });

  it('declares what a graph file is', () => {
    const [types = ''] = readdirSync(join(installed, 'usr/share/mime/packages'));
    const text = read(join('usr/share/mime/packages', types));
    expect(text).toContain('<mime-type type="application/x-slipway-graph">');
    expect(text).toContain('<glob pattern="*.slipway.json"/>');
    expect(text).toContain('<comment>Slipway graph</comment>');
  });

  it('installs and removes the link to the app by scripts that a shell can read', () => {
    for (const [script, command] of [
      ['postinst', '--install'],
      ['postrm', '--remove'],
    ] as const) {
      const file = join(scripts, script);
      expect(execFileSync('bash', ['-n', file], { encoding: 'utf8' })).toBe('');
      expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`update-alternatives ${command} .*slipway-app`));
    }
  });
});

function versionOf(): string {
  return (JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }).version;
}
