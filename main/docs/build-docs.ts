// Builds the documentation site from the node catalog, the error codes and the commands: `npm run docs [-- DIR]`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docsPages } from './docs-pages.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = resolve(process.argv[2] ?? join(root, 'dist', 'docs'));
const pages = docsPages();
for (const [name, html] of Object.entries(pages)) {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, html);
}
process.stdout.write(`${Object.keys(pages).length} pages in ${folder}\n`);
