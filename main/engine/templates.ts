import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/errors/app-error.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'resources', 'templates');
const extension = '.slipway.json';

export interface Template {
  /** File stem, e.g. `flight-delays`. */
  id: string;
  /** Absolute path of the graph file. */
  path: string;
  text: string;
}

/** Sample graphs that come with the product, by id. */
export async function listTemplates(): Promise<Template[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(extension)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { id: name.slice(0, -extension.length), path, text: await readFile(path, 'utf8') };
    }),
  );
}

/** Throws `graph.not-found` with the ids there are. */
export async function readTemplate(id: string): Promise<Template> {
  const templates = await listTemplates();
  const found = templates.find((template) => template.id === id);
  if (found !== undefined) return found;
  throw new AppError('graph.not-found', `There is no template "${id}".`, {
    fix: `Use one of: ${templates.map((template) => template.id).join(', ')}.`,
  });
}
