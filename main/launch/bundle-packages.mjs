// Writes dist/packages: what the engine imports of npm packages, one bundle with shared chunks in place of some 7,000
// files, for the packaged app. Packages with native libraries or data files stay as they are; see electron-builder.yml.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { root } from './install.mjs';

const out = join(root, 'dist', 'packages');
/** The shell is bundled by itself; the scripts here and the kernels' sources are used in a checkout only. */
const elsewhere = /^main\/(electron|launch)\/|\/assembly\/|\.test\.ts$/;
/** Stay as they are: native libraries, and what must be one module with theirs. */
const unbundled = new Set([
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  'better-sqlite3',
  'onnxruntime-common',
  'onnxruntime-node',
]);
/** What ONNX Runtime's own download of GPU libraries requires. */
const required = ['adm-zip', 'global-agent'];
/** Sample data that shrinks to a tenth; unpacked at first use by `main/compute/paths/packed-samples.ts`. */
const packed = { name: 'mnist', folder: join('src', 'digits') };

/** `@scope/name` or `name` of an import specifier. */
function packageOf(specifier) {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Names that a module takes from packages at run time, by specifier; `*` stands for all of them. */
export function importedNames(text) {
  const found = new Map();
  const add = (specifier, names) => {
    if (specifier.startsWith('.') || specifier.startsWith('node:')) return;
    found.set(specifier, new Set([...(found.get(specifier) ?? []), ...names]));
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      const names = valuesOf(node.importClause);
      if (names !== undefined) add(node.moduleSpecifier.text, names);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && !node.isTypeOnly) {
      add(node.moduleSpecifier.text, ['*']);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteralLike(specifier)) add(specifier.text, ['*']);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest));
  return found;
}

/** Names of an import that exist at run time; undefined when none does and the import is left out. */
function valuesOf(clause) {
  if (clause === undefined) return [];
  if (clause.isTypeOnly) return undefined;
  const names = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, '*'];
  for (const element of bindings.elements) {
    if (!element.isTypeOnly) names.push((element.propertyName ?? element.name).text);
  }
  return names;
}

/** What the product's sources import, by specifier, without what stays unbundled. */
function importsOfProduct() {
  const all = new Map();
  for (const folder of ['shared', 'nodes', 'main']) {
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      if (!path.endsWith('.ts') || elsewhere.test(path)) continue;
      for (const [specifier, names] of importedNames(readFileSync(join(root, path), 'utf8'))) {
        if (unbundled.has(packageOf(specifier))) continue;
        all.set(specifier, new Set([...(all.get(specifier) ?? []), ...names]));
      }
    }
  }
  return all;
}

/** A module that exports the names as Node gives them to an importer. */
async function entryOf(specifier, names) {
  const given = names.has('*') ? Object.keys(await import(specifier)) : [...names];
  const valid = given.filter((name) => /^[\w$]+$/.test(name));
  return valid.length === 0
    ? `import ${JSON.stringify(specifier)};`
    : `export { ${valid.join(', ')} } from ${JSON.stringify(specifier)};`;
}

function manifestOf(name) {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
}

function writeManifest(name, fields) {
  const { version, license } = manifestOf(name);
  mkdirSync(join(out, name), { recursive: true });
  writeFileSync(join(out, name, 'package.json'), `${JSON.stringify({ name, version, license, ...fields }, null, 2)}\n`);
}

/** File of a specifier below a folder: `@orpc/server/ws` → `@orpc/server/ws/index.mjs`. */
function fileOf(specifier) {
  return `${specifier.replace(/\.m?js$/, '')}/index.mjs`;
}

/** Bundles all imports at once, so that a package shared by several stays one module. */
async function bundleImported(imports) {
  // Files with the ending of a module: they see CommonJS as Node's own modules do.
  const entries = join(root, 'dist', '.package-entries');
  rmSync(entries, { recursive: true, force: true });
  for (const [specifier, names] of imports) {
    const file = join(entries, fileOf(specifier));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await entryOf(specifier, names));
  }
  await build({
    entryPoints: [...imports.keys()].map((specifier) => join(entries, fileOf(specifier))),
    outbase: entries,
    outdir: out,
    outExtension: { '.js': '.mjs' },
    chunkNames: '.chunks/[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    // Errors and logs name classes.
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: [...unbundled],
    logLevel: 'error',
    banner: {
      js: "import{createRequire as nodeCreateRequire}from'node:module';const require=nodeCreateRequire(import.meta.url);",
    },
  });
  rmSync(entries, { recursive: true, force: true });
  const byPackage = Map.groupBy(imports.keys(), packageOf);
  for (const [name, specifiers] of byPackage) {
    const exported = specifiers.map((specifier) => [
      `.${specifier.slice(name.length)}`,
      `./${fileOf(specifier).slice(name.length + 1)}`,
    ]);
    writeManifest(name, {
      type: 'module',
      exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    });
  }
}

async function bundleRequired() {
  for (const name of required) {
    await build({
      stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: root, loader: 'js' },
      outfile: join(out, name, 'index.cjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      logLevel: 'error',
    });
    writeManifest(name, { main: 'index.cjs' });
  }
}

function packSamples() {
  const { name, folder } = packed;
  writeManifest(name, { packed: folder });
  mkdirSync(join(out, name, folder), { recursive: true });
  for (const file of readdirSync(join(root, 'node_modules', name, folder))) {
    const bytes = readFileSync(join(root, 'node_modules', name, folder, file));
    writeFileSync(join(out, name, folder, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(out, { recursive: true, force: true });
  const imports = importsOfProduct();
  await bundleImported(imports);
  await bundleRequired();
  packSamples();
  process.stdout.write(`${imports.size} imports bundled in dist/packages\n`);
}
