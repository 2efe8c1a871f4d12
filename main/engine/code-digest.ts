import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
/** Wording of errors changes no result. */
const ignored = /^shared[/\\]errors[/\\]/;
const compiled = /(^|[/\\])dist[/\\]/;

/**
 * Digests of the code of kinds: SHA-256 over the run file, every file of this repository it imports, directly or not,
 * files and folders named by `new URL('./…', import.meta.url)`, and the versions of the npm packages these import. Read
 * once. What a module compiles from a folder of sources beside it counts by those sources: the compiled file appears only
 * with the first run. In a package, which has no such folder, the compiled file counts.
 */
export function createCodeDigests(runFile: (kind: string) => URL): (kind: string) => string {
  const digests = new Map<string, string>();
  const sources = new Map<string, Source>();
  return (kind) => {
    let digest = digests.get(kind);
    if (digest === undefined) {
      digest = digestFrom(fileURLToPath(runFile(kind)), sources);
      digests.set(kind, digest);
    }
    return digest;
  };
}

interface Source {
  sha256: string;
  files: string[];
  packages: string[];
}

function digestFrom(start: string, sources: Map<string, Source>): string {
  const found = new Set<string>();
  const packages = new Set<string>();
  const queue = [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const source = readSource(path, sources);
    queue.push(...source.files);
    for (const name of source.packages) packages.add(name);
  }
  const hash = createHash('sha256');
  for (const path of [...found].sort()) {
    hash.update(`${relative(repository, path).replaceAll('\\', '/')} ${readSource(path, sources).sha256}\n`);
  }
  for (const name of [...packages].sort()) hash.update(`${name} ${packageVersion(name)}\n`);
  return hash.digest('hex');
}

function readSource(path: string, sources: Map<string, Source>): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const bytes = readFileSync(path);
  const source: Source = { sha256: createHash('sha256').update(bytes).digest('hex'), files: [], packages: [] };
  sources.set(path, source);
  if (!/\.[mc]?[jt]s$/.test(path)) return source;
  const shared = relative(repository, path).startsWith('shared');
  for (const specifier of specifiersOf(bytes.toString('utf8'))) {
    if (specifier.startsWith('.')) {
      const target = join(dirname(path), specifier);
      if (existsSync(target) && !ignored.test(relative(repository, target))) source.files.push(target);
    } else if (!shared && !specifier.startsWith('node:')) {
      const parts = specifier.split('/');
      source.packages.push(parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  const folders = source.files.filter((file) => statSync(file).isDirectory());
  if (folders.length > 0) {
    source.files = [
      ...source.files.filter((file) => !folders.includes(file) && !compiled.test(relative(dirname(path), file))),
      ...folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
    ];
  }
  return source;
}

/** Specifiers of imports that exist at run time, and of files beside the module. */
function specifiersOf(text: string): string[] {
  const patterns = [
    /^\s*(?:import|export)(?!\s+type\b)[^'";]*?\sfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
    /\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url\s*\)/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function packageVersion(name: string): string {
  const manifest = join(repository, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return 'missing';
  return String((JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown }).version);
}
