import { useState } from 'react';
import type { CatalogService } from '../../shared/rpc/feature-schemas.ts';
import { navigate } from '../state/ui-store.ts';
import { formatRelative } from '../ui/format.ts';
import { Button } from '../ui/button.tsx';
import { EditAtNode } from './edit-at-node.tsx';
import { ModelLinks } from './model-links.tsx';
import { t } from './text.ts';

/** A feature service: its versions with the models that use them, and the features of one version. */
export function ServiceDetail({ versions }: { versions: readonly CatalogService[] }) {
  const [newest] = versions;
  const [chosen, setChosen] = useState(newest?.service.version ?? 1);
  const shown = versions.find(({ service }) => service.version === chosen) ?? newest;
  if (newest === undefined || shown === undefined) return null;
  return (
    <>
      <div className="screen-head">
        <h1>{newest.service.name}</h1>
        <span className="mute">{t.service}</span>
        <span className="grow" />
        <EditAtNode graphId={newest.graphId} nodeId={newest.nodeId} />
      </div>
      <div className="feature-body">
        {shown.service.description !== '' && <p>{shown.service.description}</p>}
        <dl className="facts">
          <dt>{t.owner}</dt>
          <dd>{shown.service.owner || t.nobody}</dd>
          <dt>{t.lookUp}</dt>
          <dd className="mono">{`${shown.service.name}@${shown.service.version}`}</dd>
        </dl>
        <table className="list-table" aria-label={t.versions}>
          <thead>
            <tr>
              <th scope="col">{t.version}</th>
              <th scope="col">{t.features}</th>
              <th scope="col">{t.usedBy}</th>
              <th scope="col">{t.madeBy}</th>
              <th scope="col">{t.changed}</th>
            </tr>
          </thead>
          <tbody>
            {versions.map(({ service: { version, views }, models, graphId, nodeId, updatedMs }) => (
              <tr key={version} aria-selected={version === shown.service.version} onClick={() => setChosen(version)}>
                <td>
                  <button type="button" className="row-link" onClick={() => setChosen(version)}>
                    {t.versionNumber(version)}
                  </button>
                </td>
                <td>{t.featureCount(views.reduce((sum, { features }) => sum + features.length, 0))}</td>
                <td>
                  <ModelLinks models={models} />
                </td>
                <td className="mono">{`${graphId} / ${nodeId}`}</td>
                <td>{formatRelative(updatedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table className="list-table" aria-label={t.featuresOfVersion(shown.service.version)}>
          <thead>
            <tr>
              <th scope="col">{t.view}</th>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.type}</th>
              <th scope="col">{t.keys}</th>
            </tr>
          </thead>
          <tbody>
            {shown.service.views.flatMap(({ view, features }) =>
              features.map((feature) => (
                <tr key={`${view.name}:${feature}`}>
                  <td>
                    <Button variant="link" onClick={() => navigate('features', view.name)}>
                      {view.name}
                    </Button>
                  </td>
                  <td>{feature}</td>
                  <td className="mono">{view.features.find(({ name }) => name === feature)?.type}</td>
                  <td>{view.keys.map(({ name }) => name).join(', ') || t.sameForAll}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}
