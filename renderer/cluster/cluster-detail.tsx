import { useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { ApplyResult, BundleSource, ClusterContext } from '../../shared/rpc/cluster-schemas.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { useQuery } from '../client/use-query.ts';
import { followCluster, stopFollowingCluster, useCluster, watchBundle } from '../state/cluster-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { openOverlay } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatPlural } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { ErrorState } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import { ChangeList } from './change-list.tsx';
import { ClusterResults } from './cluster-results.tsx';
import { CheckList } from './check-list.tsx';
import { placeSettings, type PlaceSettings, rememberPlace } from './place-settings.ts';
import { RunEstimate } from './run-estimate.tsx';
import { StatusView } from './status-view.tsx';
import { t } from './text.ts';

type Doing = 'dry-run' | 'apply' | 'delete';

/** One context: what it can do, what would change, and what an applied bundle is doing. */
export function ClusterDetail({ context }: { context: ClusterContext }) {
  const online = useOnline();
  const document = useActiveGraph((graph) => graph.root);
  const path = useActiveGraph((graph) => graph.path);
  const [settings, setSettings] = useState<PlaceSettings>(() => placeSettings(context.name));
  const [doing, setDoing] = useState<Doing>();
  const [result, setResult] = useState<ApplyResult>();
  const [failure, setFailure] = useState<WireError>();
  const [confirming, setConfirming] = useState(false);
  const targets = useQuery('export/targets', (signal) => engine.export.targets(undefined, { signal }));
  const followed = useCluster((cluster) => (cluster.followed?.context === context.name ? cluster.followed : undefined));
  const tabId = useActiveGraph((graph) => graph.tabId);

  const bundle = bundleOf(settings, document, path);
  const missing =
    settings.source === 'folder'
      ? settings.dir.trim() === '' && t.nameFolder
      : !document
        ? t.openGraphFirst
        : settings.image.trim() === ''
          ? t.nameImage
          : settings.store.trim() !== '' && !settings.store.trim().startsWith('s3://') && t.nameStore;
  const off = !online || doing !== undefined || bundle === undefined;
  const titles = (id: string): string => {
    const node = document?.nodes[id];
    return node ? titleOf(node, id) : id;
  };

  function change(next: Partial<PlaceSettings>) {
    const changed = { ...settings, ...next };
    setSettings(changed);
    rememberPlace(context.name, changed);
    setResult(undefined);
    setFailure(undefined);
  }

  function rememberPrice(corePrice: string) {
    const changed = { ...settings, corePrice };
    setSettings(changed);
    rememberPlace(context.name, changed);
  }

  function watch(source: BundleSource) {
    const { namespace } = settings;
    followCluster(
      { context: context.name, namespace, tabId: 'document' in source ? tabId : undefined },
      watchBundle({ context: context.name, ...placed(namespace) }, source),
    );
  }

  async function act(what: Doing) {
    if (!bundle) return;
    setDoing(what);
    setFailure(undefined);
    setConfirming(false);
    const place = { context: context.name, ...placed(settings.namespace), bundle };
    try {
      if (what === 'delete') {
        const { deleted, namespace } = await engine.cluster.delete(place);
        stopFollowingCluster();
        setResult(undefined);
        showToast({ text: t.deletedFrom(formatPlural(deleted.length, 'object'), namespace) });
      } else {
        const applied = await engine.cluster.apply({ ...place, dryRun: what === 'dry-run' });
        setResult(applied);
        if (what === 'apply' && applied.conflicts.length === 0) watch(bundle);
      }
    } catch (error) {
      setFailure(toEngineError(error));
    } finally {
      setDoing(undefined);
    }
  }

  return (
    <>
      <div className="screen-head">
        <div className="head-name">
          <h1>{context.name}</h1>
          <div className="mute small mono clip">{context.server}</div>
        </div>
        <span className="grow" />
        <Button disabled={off} hint={missing || undefined} onClick={() => void act('dry-run')}>
          {doing === 'dry-run' ? t.checking : t.dryRun}
        </Button>
        <Button disabled={off} hint={missing || undefined} onClick={() => bundle && watch(bundle)}>
          {t.showStatus}
        </Button>
        <Button disabled={off} hint={missing || undefined} onClick={() => setConfirming(true)}>
          {t.delete}
        </Button>
        <Button variant="primary" disabled={off} hint={missing || undefined} onClick={() => void act('apply')}>
          {doing === 'apply' ? t.applying : t.apply}
        </Button>
      </div>
      <div className="cluster-body">
        <section className="cell cluster-form" aria-label={t.bundle}>
          <Segmented
            label={t.whatIsApplied}
            value={settings.source}
            onChange={(source) => change({ source })}
            options={[
              { value: 'graph', label: t.theOpenGraph },
              { value: 'folder', label: t.aFolder },
            ]}
          />
          {settings.source === 'graph' ? (
            <>
              <Field label={t.targetLabel}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={settings.target}
                    onChange={(target) => change({ target })}
                    options={(targets.data ?? []).map(({ id, title }) => ({ value: id, label: title }))}
                  />
                )}
              </Field>
              <Field label={t.image} note={t.imageNote}>
                {(ids) => (
                  <TextInput
                    {...ids}
                    value={settings.image}
                    onChange={(image) => change({ image })}
                    placeholder={t.imageExample}
                  />
                )}
              </Field>
              <Field label={t.store} note={t.storeNote}>
                {(ids) => (
                  <TextInput
                    {...ids}
                    value={settings.store}
                    onChange={(store) => change({ store })}
                    placeholder="s3://bucket/prefix"
                  />
                )}
              </Field>
              {document && (
                <RunEstimate
                  document={document}
                  path={path}
                  target={settings.target}
                  corePrice={settings.corePrice}
                  onPrice={(corePrice) => rememberPrice(corePrice)}
                />
              )}
              <Button small variant="quiet" icon="file" disabled={!document} onClick={() => openOverlay('export')}>
                {t.seeTheFiles}
              </Button>
            </>
          ) : (
            <Field label={t.folder} note={t.folderNote}>
              {(ids) => <TextInput {...ids} value={settings.dir} onChange={(dir) => change({ dir })} />}
            </Field>
          )}
          <Field label={t.namespace} note={t.namespaceNote}>
            {(ids) => <TextInput {...ids} value={settings.namespace} onChange={(namespace) => change({ namespace })} />}
          </Field>
        </section>
        {failure && (
          <section className="cell" aria-label={t.problem}>
            <ErrorState error={failure} />
          </section>
        )}
        {followed?.error && (
          <section className="cell" aria-label={t.problem}>
            <ErrorState error={followed.error} onRetry={() => bundle && watch(bundle)} />
          </section>
        )}
        {followed?.status && (
          <StatusView context={context.name} status={followed.status} titles={titles} bundle={bundle} />
        )}
        {followed?.status?.run?.state === 'succeeded' && bundle && (
          <ClusterResults context={context.name} status={followed.status} bundle={bundle} titles={titles} />
        )}
        {result && <ChangeList result={result} />}
        <CheckList context={context.name} namespace={settings.namespace.trim() || (result?.namespace ?? '')} />
      </div>
      {confirming && (
        <Dialog
          title={t.deleteQuestion(context.name)}
          onClose={() => setConfirming(false)}
          footer={
            <>
              <Button onClick={() => setConfirming(false)}>{t.cancel}</Button>
              <Button variant="danger" onClick={() => void act('delete')}>
                {t.deleteAll}
              </Button>
            </>
          }
        >
          <p>{t.deleteNote}</p>
        </Dialog>
      )}
    </>
  );
}

function placed(namespace: string): { namespace?: string } {
  return namespace.trim() === '' ? {} : { namespace: namespace.trim() };
}

function bundleOf(
  settings: PlaceSettings,
  document: object | undefined,
  path: string | undefined,
): BundleSource | undefined {
  if (settings.source === 'folder') return settings.dir.trim() === '' ? undefined : { dir: settings.dir.trim() };
  const store = settings.store.trim();
  if (document === undefined || settings.image.trim() === '') return undefined;
  if (store !== '' && !store.startsWith('s3://')) return undefined;
  const file = {
    ...(path === undefined ? {} : { path }),
    ...(store === '' ? {} : { store }),
  };
  return { document: { ...document }, ...file, target: settings.target, image: settings.image.trim() };
}
