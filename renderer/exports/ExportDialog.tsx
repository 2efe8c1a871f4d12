import { useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { useQuery } from '../client/use-query.ts';
import { shell } from '../platform/shell.ts';
import { FilePicker } from '../shell/file-picker.tsx';
import { titleOf } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyDetails } from '../ui/copy-details.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatBytes, formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { treeLines } from './file-tree.ts';
import './exports.css';
import { sourceTokens } from './source-tokens.ts';
import { t } from './text.ts';
import { EngineError, EngineText } from '../ui/engine-text.tsx';
import { engineText } from '../translation/engine-text.ts';

function Refusal({ error, onShowNode }: { error: WireError; onShowNode: (nodeId: string) => void }) {
  const node = useActiveGraph((graph) => (error.nodeId === undefined ? undefined : graph.root.nodes[error.nodeId]));
  const { nodeId } = error;
  return (
    <div className="export-refusal" role="alert">
      <p className="headline">
        <Icon name="failed" small />
        <EngineText text={error.message} />
      </p>
      {error.fix && (
        <p>
          <EngineText text={error.fix} />
        </p>
      )}
      <p className="mute small mono">{error.code}</p>
      <div className="actions">
        {node && nodeId !== undefined && (
          <Button small onClick={() => onShowNode(nodeId)}>
            {t.show(titleOf(node, nodeId))}
          </Button>
        )}
        <CopyDetails error={error} />
      </div>
    </div>
  );
}

/** Choose a target, see every file of the bundle, write it to a folder. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const online = useOnline();
  const document = useActiveGraph((graph) => graph.root);
  const path = useActiveGraph((graph) => graph.path);
  const [wantedTarget, setTarget] = useState<string>();
  const [wantedFile, setFile] = useState<string>();
  const [dir, setDir] = useState('');
  const [browsing, setBrowsing] = useState(false);
  const [writing, setWriting] = useState<{ busy: boolean; error?: WireError; dir?: string; files?: number }>({
    busy: false,
  });
  const targets = useQuery('export/targets', (signal) => engine.export.targets(undefined, { signal }));
  const target = targets.data?.find((entry) => entry.id === wantedTarget) ?? targets.data?.[0];
  const bundle = useQuery(document && target ? `export/${target.id}/${JSON.stringify(document)}` : null, (signal) =>
    engine.export.render(
      { document: document ?? {}, target: target?.id ?? '', ...(path === undefined ? {} : { path }) },
      { signal },
    ),
  );
  const files = bundle.data?.files ?? [];
  const file = files.find((entry) => entry.path === wantedFile) ?? files[0];
  const bytes = files.reduce((sum, entry) => sum + entry.text.length, 0);

  async function browse() {
    if (!shell.capabilities.fileDialogs) {
      setBrowsing(true);
      return;
    }
    const folder = await shell.chooseFolderDialog();
    if (folder !== undefined) setDir(folder);
  }

  async function write() {
    if (!document || !target) return;
    setWriting({ busy: true });
    try {
      const written = await engine.export.write({
        document,
        target: target.id,
        dir,
        ...(path === undefined ? {} : { path }),
      });
      setWriting({ busy: false, dir: written.dir, files: written.files.length });
    } catch (error) {
      setWriting({ busy: false, error: toEngineError(error) });
    }
  }

  function showNode(nodeId: string) {
    select([nodeId]);
    navigate('graph');
    onClose();
  }

  if (browsing) {
    return (
      <FilePicker
        title={t.folderForTheBundle}
        extensions={[]}
        folders
        start={dir === '' ? path : `${dir}/`}
        onPick={(picked) => {
          setDir(picked);
          setBrowsing(false);
        }}
        onClose={() => setBrowsing(false)}
      />
    );
  }
  return (
    <Dialog
      title={t.export}
      width="960px"
      onClose={onClose}
      footer={
        <div className="export-foot">
          <TextInput
            value={dir}
            onChange={(next) => {
              setDir(next);
              setWriting({ busy: false });
            }}
            placeholder={t.folderOnEngine}
            aria-label={t.folderWrittenTo}
          />
          <Button icon="folder" onClick={() => void browse()}>
            {t.browse}
          </Button>
          <span className="grow">
            {writing.error ? (
              <span className="export-problem" role="alert">
                <EngineError error={writing.error} />
              </span>
            ) : writing.dir !== undefined ? (
              <span role="status" className="export-done">
                <Icon name="check" small />
                {formatPlural(writing.files ?? 0, 'file')} {t.in} <span className="mono">{writing.dir}</span>
              </span>
            ) : (
              files.length > 0 && (
                <span className="mute small">
                  {formatPlural(files.length, 'file')}, {formatBytes(bytes)}
                </span>
              )
            )}
          </span>
          <Button onClick={onClose}>{t.close}</Button>
          <Button
            variant="primary"
            icon="export"
            disabled={!online || files.length === 0 || dir.trim() === '' || writing.busy}
            hint={files.length > 0 && dir.trim() === '' ? t.chooseAFolderFirst : undefined}
            onClick={() => void write()}
          >
            {t.writeFiles(files.length > 0 ? formatPlural(files.length, 'file') : t.files)}
          </Button>
        </div>
      }
    >
      {!document ? (
        <EmptyState text={t.nothingToExport} />
      ) : targets.error ? (
        <ErrorState error={targets.error} onRetry={targets.refetch} />
      ) : !targets.data || !target ? (
        <Skeleton waitsFor={t.theExportTargets} />
      ) : (
        <div className="export">
          <div className="export-targets" role="radiogroup" aria-label={t.target}>
            {targets.data.map((entry) => (
              <label key={entry.id} className="export-target">
                <input
                  type="radio"
                  name="export-target"
                  checked={entry.id === target.id}
                  onChange={() => {
                    setTarget(entry.id);
                    setFile(undefined);
                    setWriting({ busy: false });
                  }}
                />
                <b>{entry.title}</b>
                <span className="mute small">{engineText(entry.summary)}</span>
              </label>
            ))}
          </div>
          {bundle.error ? (
            <Refusal error={bundle.error} onShowNode={showNode} />
          ) : !bundle.data ? (
            <Skeleton rows={8} waitsFor={t.theBundle} />
          ) : (
            <>
              <div className="export-tree" role="listbox" aria-label={t.filesOfTheBundle}>
                {treeLines(files.map((entry) => entry.path)).map((line) =>
                  line.folder ? (
                    <div key={line.path} className="tree-line folder" style={{ paddingLeft: 8 + line.depth * 14 }}>
                      <Icon name="folder" small />
                      <span className="clip">{line.name}</span>
                    </div>
                  ) : (
                    <button
                      key={line.path}
                      type="button"
                      role="option"
                      aria-selected={line.path === file?.path}
                      className="tree-line"
                      style={{ paddingLeft: 8 + line.depth * 14 }}
                      title={line.path}
                      onClick={() => setFile(line.path)}
                    >
                      <Icon name="file" small />
                      <span className="clip">{line.name}</span>
                    </button>
                  ),
                )}
              </div>
              <div className="export-file">
                {file && (
                  <>
                    <div className="export-file-head">
                      <span className="mono clip">{file.path}</span>
                      <span className="grow" />
                      <Button small variant="quiet" icon="copy" onClick={() => void copyText(file.text)}>
                        {t.copy}
                      </Button>
                    </div>
                    {/* Scrolls by keyboard, so it takes focus. */}
                    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
                    <pre tabIndex={0} aria-label={t.textOf(file.path)}>
                      {sourceTokens(file.path, file.text).map(({ text, kind }, index) =>
                        kind === 'plain' ? (
                          text
                        ) : (
                          <span key={index} className={`source-${kind}`}>
                            {text}
                          </span>
                        ),
                      )}
                    </pre>
                  </>
                )}
              </div>
            </>
          )}
        </div>
      )}
    </Dialog>
  );
}
