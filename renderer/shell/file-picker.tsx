import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatBytes } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './panels-text.ts';
import { t as shellText } from './text.ts';

interface FilePickerProps {
  title: string;
  extensions: readonly string[];
  /** A path whose folder is shown first. */
  start?: string | undefined;
  /** Saving: a name can be typed. */
  saveName?: string | undefined;
  /** Only folders. */
  folders?: boolean;
  onPick: (path: string) => void;
  onClose: () => void;
}

function folderOf(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return cut <= 0 ? undefined : path.slice(0, cut);
}

function join(folder: string, name: string): string {
  return folder.endsWith('/') || folder.endsWith('\\')
    ? folder + name
    : `${folder}${folder.includes('\\') ? '\\' : '/'}${name}`;
}

/** The name a file is saved under: the first extension is added where it has none of them. */
function withExtension(name: string, extensions: readonly string[]): string {
  const [first = ''] = extensions;
  return extensions.some((extension) => name.endsWith(extension)) ? name : `${name}${first}`;
}

/** Browses folders on the engine's machine, which may be another one than this window's. */
export function FilePicker({ title, extensions, start, saveName, folders, onPick, onClose }: FilePickerProps) {
  const [folder, setFolder] = useState(folderOf(start));
  const [typed, setTyped] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const [name, setName] = useState(saveName ?? '');
  const { data, error, refetch } = useQuery(`files:${folder ?? ''}:${extensions.join()}`, (signal) =>
    engine.files.list({ ...(folder === undefined ? {} : { path: folder }), extensions: [...extensions] }, { signal }),
  );
  const saving = saveName !== undefined;
  const entries = (data?.entries ?? []).filter(
    (entry) => (entry.directory || !folders) && !((saving || folders) && entry.path.startsWith('pkg:')),
  );
  const saved = name.trim() === '' ? '' : withExtension(name.trim(), extensions);
  const replaces = saving && entries.some((entry) => !entry.directory && entry.name === saved);
  const result = saving ? (data && saved !== '' ? join(data.path, saved) : undefined) : folders ? data?.path : chosen;

  /** What was typed is a folder to look into, a file to open, or a folder and a name to save under. */
  function goToTyped(path: string) {
    const isFile = !folders && extensions.some((extension) => path.endsWith(extension));
    if (!isFile) go(path);
    else if (saving) {
      setName(path.slice((folderOf(path)?.length ?? -1) + 1));
      if (folderOf(path) !== undefined) go(folderOf(path));
    } else onPick(path);
  }
  function go(path: string | undefined) {
    setFolder(path);
    setTyped(undefined);
    setChosen(undefined);
  }
  return (
    <Dialog
      title={title}
      width="560px"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            variant="primary"
            disabled={result === undefined}
            onClick={() => result !== undefined && onPick(result)}
          >
            {saving ? (replaces ? t.replace : shellText.save) : folders ? t.useThisFolder : t.open}
          </Button>
        </>
      }
    >
      <form
        className="path-field"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed?.trim()) goToTyped(typed.trim());
        }}
      >
        <IconButton
          icon="up"
          label={t.folderAbove}
          disabled={!data || data.parent === null}
          onClick={() => data?.parent != null && go(data.parent)}
        />
        <TextInput
          className="mono"
          aria-label={t.folder}
          value={typed ?? data?.path ?? folder ?? ''}
          onChange={setTyped}
        />
      </form>
      <div className="file-list" role="listbox" aria-label={t.files}>
        {error && <ErrorState error={error} onRetry={() => (data ? refetch() : go(undefined))} />}
        {!data && !error && <Skeleton waitsFor={t.theFolder} />}
        {entries.map((entry) => (
          <button
            key={entry.path}
            type="button"
            role="option"
            aria-selected={entry.path === chosen}
            className="file-row"
            onClick={() => {
              if (entry.directory) go(entry.path);
              else {
                setChosen(entry.path);
                if (saving) setName(entry.name);
              }
            }}
            onDoubleClick={() => {
              if (!entry.directory && !saving) onPick(entry.path);
            }}
          >
            <Icon name={entry.directory ? 'folder' : 'file'} small />
            <span className="clip">{entry.name}</span>
            {!entry.directory && <span className="num">{formatBytes(entry.sizeBytes)}</span>}
          </button>
        ))}
        {data && entries.length === 0 && (
          <p className="mute" style={{ padding: 12 }}>
            {folders ? t.noFoldersHere : t.nothingEndsIn(extensions.join(', '))}
          </p>
        )}
      </div>
      {saving && (
        <form
          className="form-field row"
          style={{ marginTop: 10 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (result !== undefined && !replaces) onPick(result);
          }}
        >
          <label htmlFor="save-name">{t.fileName}</label>
          <TextInput id="save-name" className="mono" value={name} onChange={setName} />
          {replaces && (
            <div className="field-note" role="status">
              {t.fileWillBeReplaced}
            </div>
          )}
        </form>
      )}
    </Dialog>
  );
}
