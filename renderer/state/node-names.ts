import { idPattern } from '../../shared/graph/ids.ts';

/** Text as an id: lower case, `-` for everything else, at most 63 characters. */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 63);
  return idPattern.test(plain) ? plain : 'graph';
}

/** `trees`, `trees-2`, `trees-3` …: the first that is free. */
export function freeId(wanted: string, taken: (id: string) => boolean): string {
  if (!taken(wanted)) return wanted;
  const stem = wanted.replace(/-\d+$/, '').slice(0, 56);
  for (let n = 2; ; n++) {
    const id = `${stem}-${n}`;
    if (!taken(id)) return id;
  }
}
