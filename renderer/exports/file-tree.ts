export interface TreeLine {
  /** Folder or file path; unique. */
  path: string;
  name: string;
  depth: number;
  folder: boolean;
}

/** Files as the lines of a tree, folders before what is in them, folders first on every level. */
export function treeLines(paths: readonly string[]): TreeLine[] {
  interface Folder {
    folders: Map<string, Folder>;
    files: string[];
  }
  const root: Folder = { folders: new Map(), files: [] };
  for (const path of paths) {
    const parts = path.split('/');
    const file = parts.pop() ?? path;
    let at = root;
    for (const part of parts) {
      const next = at.folders.get(part) ?? { folders: new Map(), files: [] };
      at.folders.set(part, next);
      at = next;
    }
    at.files.push(file);
  }
  const lines: TreeLine[] = [];
  function walk(folder: Folder, prefix: string, depth: number): void {
    for (const [name, child] of [...folder.folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
      lines.push({ path: `${prefix}${name}/`, name, depth, folder: true });
      walk(child, `${prefix}${name}/`, depth + 1);
    }
    for (const name of folder.files.toSorted()) lines.push({ path: `${prefix}${name}`, name, depth, folder: false });
  }
  walk(root, '', 0);
  return lines;
}
