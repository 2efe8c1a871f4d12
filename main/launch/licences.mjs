// `npm run licences`: writes the licences of everything the product carries to dist/third-party-licences.txt. Fails on one
// that is neither permissive nor named here with its reason.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);
/** Weak copyleft, of the file; used unchanged, in the app's layout worker only. */
const agreed = new Map([['elkjs', 'EPL-2.0 OR GPL-3.0-or-later']]);

/** Production packages of the lock file: name, version, licence, folder. */
export function productionPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.link)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license ?? 'unknown',
      path,
    }));
}

/** `(A OR B)` is permissive when one of them is; `A AND B` when both are. */
export function isPermissive(expression) {
  const text = expression.replace(/[()]/g, '').trim();
  if (/ AND /.test(text)) return text.split(/ AND /).every(isPermissive);
  return text.split(/ OR /).some((name) => permissive.has(name.trim()));
}

export function refusedPackages(packages) {
  return packages.filter(({ name, licence }) => !isPermissive(licence) && agreed.get(name) !== licence);
}

function licenceText(folder) {
  if (!existsSync(folder)) return '';
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = productionPackages(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const refused = refusedPackages(packages);
  if (refused.length > 0) {
    for (const { name, licence } of refused) process.stderr.write(`${name}: ${licence}\n`);
    process.exit(1);
  }
  const parts = packages.map(({ name, version, licence, path }) =>
    [`${name} ${version}`, licence, '', licenceText(join(root, path))].join('\n').trimEnd(),
  );
  mkdirSync(join(root, 'dist'), { recursive: true });
  const rule = `\n\n${'='.repeat(100)}\n\n`;
  writeFileSync(join(root, 'dist', 'third-party-licences.txt'), `${parts.join(rule)}\n`);
  process.stderr.write(`${packages.length} packages in dist/third-party-licences.txt\n`);
}
