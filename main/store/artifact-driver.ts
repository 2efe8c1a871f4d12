export interface FileStat {
  sizeBytes: number;
  /** Unix ms of the last change. */
  modifiedMs: number;
}

/**
 * Where an artifact store keeps its folders and small texts. Paths are relative, with `/`. Every write appears whole or
 * not at all.
 */
export interface ArtifactDriver {
  /** E.g. `file:///data`. */
  readonly uri: string;
  /** An empty local folder on the same volume as the store, for files that will be published. */
  createTempFolder(): Promise<string>;
  /** Makes a local folder the content of `path`, atomically. False when `path` was there already; then nothing changes. */
  publishFolder(localDir: string, path: string): Promise<boolean>;
  /** A local folder with the files of `path`; undefined when there is none. */
  localFolder(path: string): Promise<string | undefined>;
  statFile(path: string): Promise<FileStat | undefined>;
  readText(path: string): Promise<string | undefined>;
  writeText(path: string, text: string): Promise<void>;
  /** Reads, changes and writes a text; where the storage can tell, a change by another meanwhile is not lost. */
  updateText(path: string, change: (text: string | undefined) => string): Promise<void>;
  /** Names right under a folder; empty when there is none. */
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}
