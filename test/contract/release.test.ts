import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Arch } from 'electron-builder';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { examplesTogether } from '../support/example-graphs.ts';
import { repositoryRoot } from '../support/run-slipway.ts';

interface BuilderConfig {
  extraResources: { from: string }[];
  electronFuses: Record<string, boolean>;
  linux: { target: string[] };
  win: { target: string[] };
  mac: { target: string[]; hardenedRuntime: boolean; notarize: boolean; entitlements: string };
  deb: { fpm: string[] };
  rpm: { fpm: string[]; afterRemove: string };
  fileAssociations: { ext: string }[];
  protocols: { schemes: string[] }[];
}

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
const builder = parse(read('electron-builder.yml')) as BuilderConfig;

it('names the installers of every system', () => {
  expect(builder.linux.target).toEqual(['AppImage', 'deb', 'rpm']);
  expect(builder.win.target).toEqual(['nsis', 'portable']);
  expect(builder.mac).toMatchObject({ target: ['dmg', 'zip'], hardenedRuntime: true, notarize: true });
  expect(builder.fileAssociations).toEqual([expect.objectContaining({ ext: 'slipway.json' })]);
  expect(builder.protocols).toEqual([expect.objectContaining({ schemes: ['slipway'] })]);
});

it('closes every fuse that a packaged app has no use for', () => {
  expect(builder.electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
  });
});

it('leaves what the next version installed when rpm removes the one before', () => {
  const script = join(repositoryRoot, builder.rpm.afterRemove);
  // rpm tells how many versions remain. No `update-alternatives` is found here, and nothing may look for one.
  const upgrade = spawnSync('/bin/sh', ['-ex', script, '1'], { env: { PATH: '/nowhere' }, encoding: 'utf8' });
  expect(upgrade.status).toBe(0);
  expect(upgrade.stderr).not.toContain('type update-alternatives');
});

it('refers to files that are there', () => {
  const sources = [
    ...builder.extraResources.map(({ from }) => from).filter((from) => !/^(dist|node_modules)\//.test(from)),
    ...[...builder.deb.fpm, ...builder.rpm.fpm].map((entry) => entry.split('=')[0] ?? ''),
    builder.mac.entitlements,
    builder.rpm.afterRemove,
  ];
  for (const path of sources) expect(existsSync(join(repositoryRoot, path)), path).toBe(true);
  for (const script of ['resources/bin/slipway', 'resources/linux/slipway']) {
    expect(statSync(join(repositoryRoot, script)).mode & 0o111, script).not.toBe(0);
  }
});

it('carries the sample data of all templates and examples, installed and in the image', () => {
  const templates = readdirSync(join(repositoryRoot, 'resources/templates')).map((name) =>
    read(`resources/templates/${name}`),
  );
  const text = [...templates, JSON.stringify(examplesTogether())].join('\n');
  const names = new Set([...text.matchAll(/pkg:vega-datasets\/data\/([^"]+)"/g)].map(([, name = '']) => name));
  expect(names.size).toBeGreaterThan(8);
  const [, installed = ''] = /vega-datasets\/data\/!\(([^)]+)\)/.exec(read('electron-builder.yml')) ?? [];
  const image = read('resources/container/build-root.sh').matchAll(/! -name '?([\w.*-]+)'?/g);
  for (const kept of [installed.split('|'), [...image].map(([, name = '']) => name)]) {
    expect(kept).toEqual(expect.arrayContaining([...names]));
  }
});

it('refuses a package for another system, whose libraries are not here', async () => {
  const hook = pathToFileURL(join(repositoryRoot, 'main/electron/after-pack.mjs')).href;
  const { default: afterPack } = (await import(hook)) as { default: (context: Record<string, unknown>) => void };
  const other = process.arch === 'arm64' ? Arch.x64 : Arch.arm64;
  const context = { appOutDir: 'nowhere', electronPlatformName: process.platform, arch: other };
  expect(() => afterPack(context)).toThrow(`A package for ${process.platform}-${Arch[other]} has to be made on such`);
});

it('releases by workflows that call scripts of this project', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const name of ['ci', 'release']) {
    const text = read(`.github/workflows/${name}.yml`);
    const { jobs } = parse(text) as { jobs: Record<string, { steps: { run?: string; uses?: string }[] }> };
    const commands = Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => (run === undefined ? [] : [run])),
    );
    const called = commands.flatMap((run) =>
      [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map((match) => match[1]),
    );
    expect(called.length).toBeGreaterThan(0);
    for (const script of called) expect(scripts, `${name}.yml`).toHaveProperty([script ?? '']);
  }
});

it('lists everything it carries in a bill of materials', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: repositoryRoot, encoding: 'utf8' });
  const bill = JSON.parse(text) as { bomFormat: string; components: { name: string; version: string }[] };
  expect(bill.bomFormat).toBe('CycloneDX');
  const names = bill.components.map(({ name }) => name);
  expect(names).toContain('onnxruntime-node');
  expect(names).not.toContain('electron-builder');
});
