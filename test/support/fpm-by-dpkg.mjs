#!/usr/bin/env node
// Makes the deb that electron-builder asks fpm for, by dpkg-deb: fpm itself is a download. Takes the arguments that
// electron-builder gives; any other is an error.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const text = /** @type {const} */ ({ type: 'string' });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { ...text, short: 's' },
    t: { ...text, short: 't' },
    d: { ...text, short: 'd', multiple: true },
    force: { type: 'boolean' },
    'deb-recommends': { ...text, multiple: true },
    'deb-compression': text,
    'deb-priority': text,
    architecture: text,
    'after-install': text,
    'after-remove': text,
    description: text,
    version: text,
    package: text,
    name: text,
    maintainer: text,
    vendor: text,
    url: text,
    license: text,
  },
});
if (values.s !== 'dir' || values.t !== 'deb') throw new Error(`cannot make ${values.t} of ${values.s}`);

const root = mkdtempSync(`${values.package}.root-`);
chmodSync(root, 0o755);
try {
  for (const entry of positionals) {
    const [from, to] = entry.split('=');
    const at = join(root, to);
    if (statSync(from).isDirectory()) {
      cpSync(from, at, { recursive: true, verbatimSymlinks: true });
    } else {
      mkdirSync(dirname(at), { recursive: true });
      copyFileSync(from, at);
      chmodSync(at, statSync(from).mode & 0o111 ? 0o755 : 0o644);
    }
  }
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const [summary, ...lines] = values.description.trim().split('\n');
  const fields = {
    Package: values.name,
    Version: values.version,
    Architecture: values.architecture,
    Maintainer: values.maintainer,
    Vendor: values.vendor,
    Homepage: values.url,
    License: values.license,
    Priority: values['deb-priority'],
    Section: 'default',
    Depends: values.d?.join(', '),
    Recommends: values['deb-recommends']?.join(', '),
    Description: [summary, ...lines.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  };
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  writeFileSync(join(control, 'control'), `${written.map((field) => field.join(': ')).join('\n')}\n`);
  for (const [script, name] of [
    [values['after-install'], 'postinst'],
    [values['after-remove'], 'postrm'],
  ]) {
    copyFileSync(script, join(control, name));
    chmodSync(join(control, name), 0o755);
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', root, values.package], {
    stdio: 'inherit',
  });
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.stdout.write(`Created package ${basename(values.package)}\n`);
