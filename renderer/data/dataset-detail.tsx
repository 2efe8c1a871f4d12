import { useState } from 'react';
import { TableProfile } from '../results/table-profile.tsx';
import { titleOf } from '../state/graph-commands.ts';
import { activeGraph, editGraph, useActiveGraph } from '../state/graph-store.ts';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatBytes, formatCount, formatPlural, formatRelative, shortDigest } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { showToast } from '../ui/toast.tsx';
import { addressOf, type Dataset, type StoredVersion } from './datasets.ts';
import { t } from './text.ts';
import { VersionDifferences } from './version-differences.tsx';

function pin(nodeId: string, version: StoredVersion | undefined): void {
  const node = activeGraph()?.document.nodes[nodeId];
  if (node === undefined) return;
  editGraph(version === undefined ? t.unpin : t.pinTo(version.number), (draft) => {
    const target = draft.nodes[nodeId];
    if (target === undefined) return;
    if (version === undefined) delete target.pinned;
    else target.pinned = version.digest;
  });
  const title = titleOf(node, nodeId);
  showToast({ text: version === undefined ? t.unpinned(title) : t.pinned(title, version.number) });
}

/** Pins the node of the open graph that reads this dataset to the version, or lets go of it. */
function PinButton({ version }: { version: StoredVersion }) {
  const node = useActiveGraph((graph) =>
    graph.document.id === version.graphId ? graph.document.nodes[version.nodeId] : undefined,
  );
  const held = node?.pinned === version.digest;
  return (
    <Button
      disabled={node?.kind !== version.kind || (!version.stored && !held)}
      hint={node === undefined ? t.pinElsewhere : version.stored ? t.pinNote : t.removedNote}
      onClick={() => pin(version.nodeId, held ? undefined : version)}
    >
      {held ? t.unpin : t.pin}
    </Button>
  );
}

function Versions({ dataset, chosen }: { dataset: Dataset; chosen: StoredVersion }) {
  return (
    <div className="dataset-versions">
      <table className="list-table" aria-label={t.versions}>
        <thead>
          <tr>
            <th scope="col">{t.versionHead}</th>
            <th scope="col">{t.firstRead}</th>
            <th scope="col">{t.lastRead}</th>
            <th scope="col" className="n">
              {t.rows}
            </th>
            <th scope="col" className="n">
              {t.columns}
            </th>
            <th scope="col" className="n">
              {t.size}
            </th>
            <th scope="col">{t.readBy}</th>
            <th scope="col">{t.digest}</th>
          </tr>
        </thead>
        <tbody>
          {dataset.versions.map((version) => (
            <tr
              key={version.number}
              aria-selected={version.number === chosen.number}
              onClick={() => navigate('data', addressOf(version))}
            >
              <td>
                <button type="button" className="row-link" onClick={() => navigate('data', addressOf(version))}>
                  {t.version(version.number)}
                </button>
                {!version.stored && (
                  <span className="mute small" title={t.removedNote}>
                    {' '}
                    {t.removed}
                  </span>
                )}
              </td>
              <td className="mute">{formatRelative(version.firstReadMs)}</td>
              <td className="mute">{formatRelative(version.lastReadMs)}</td>
              <td className="n">{formatCount(version.rowCount)}</td>
              <td className="n">{formatCount(version.schema.columns.length)}</td>
              <td className="n">{formatBytes(version.sizeBytes)}</td>
              <td className="mono clip">
                {version.graphId}/{version.nodeId}
              </td>
              <td className="mono mute" title={version.digest}>
                {shortDigest(version.digest)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Profile({ version }: { version: StoredVersion }) {
  return version.stored ? (
    <TableProfile key={version.digest} digest={version.digest} />
  ) : (
    <EmptyState text={t.removedNote} />
  );
}

type View = 'profile' | 'differences';

/** One source: its versions, and of one of them the profile or what is different in another. */
export function DatasetDetail({ dataset, version }: { dataset: Dataset; version: StoredVersion }) {
  const [view, setView] = useState<View>('profile');
  return (
    <>
      <div className="screen-head">
        <Icon name="table" />
        <div className="head-name">
          <h1>{dataset.name}</h1>
          <div className="mute small clip" title={dataset.location}>
            {dataset.kind}, {formatPlural(dataset.versions.length, 'version')}, {dataset.location}
          </div>
        </div>
        <span className="grow" />
        <PinButton version={version} />
      </div>
      <div className="dataset-body">
        <Versions dataset={dataset} chosen={version} />
        <Tabs
          label={t.views}
          value={view}
          onChange={setView}
          tabs={[
            { value: 'profile', label: t.profile },
            { value: 'differences', label: t.differences },
          ]}
        />
        <div className="dataset-view" role="tabpanel" aria-label={view === 'profile' ? t.profile : t.differences}>
          {view === 'profile' ? (
            <Profile version={version} />
          ) : (
            <VersionDifferences key={version.number} dataset={dataset} version={version} />
          )}
        </div>
      </div>
    </>
  );
}
