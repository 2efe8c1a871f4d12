import { useState } from 'react';
import { explanationFile, explanationReportSchema } from '../../shared/model/explanation-report.ts';
import { modelFormOfMeta } from '../../shared/model/model-form.ts';
import { modelManifestSchema } from '../../shared/model/signature.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { metricName } from '../translation/metric-names.ts';
import { runWord } from '../canvas/node-status.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { ExplanationParts } from '../results/explanation-view.tsx';
import { ModelParts } from '../results/model-view.tsx';
import { ParityBox } from '../results/parity-box.tsx';
import { useArtifactJson } from '../results/use-artifact-json.ts';
import { useManifest } from '../state/artifact-store.ts';
import { askModelTrust } from '../state/model-trust-store.ts';
import { navigate } from '../state/ui-store.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { capitalized, formatFull, formatMetric, formatPlural, formatRelative, shortDigest } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import { LineageGraph } from './lineage-graph.tsx';
import { type ModelGroup, metricNames, versionAddress } from './model-groups.ts';
import { ModelNotes } from './model-notes.tsx';
import { t } from './text.ts';
import { AliasHistory, Approval, ArchiveButton } from './version-review.tsx';
import { VersionDiff } from './version-diff.tsx';
import { showError } from '../ui/show-error.ts';
import { copyText } from '../ui/copy-text.ts';

const aliasPattern = /^[a-z][a-z0-9_-]{0,62}$/;

function Digest({ digest }: { digest: string }) {
  return (
    <span className="digest">
      <span className="mono" title={digest}>
        {shortDigest(digest)}
      </span>
      <IconButton icon="copy" small label={t.copyDigest} onClick={() => void copyText(digest, t.digestCopied)} />
    </span>
  );
}

function AliasDialog({
  version,
  onClose,
  onSet,
}: {
  version: ModelVersion;
  onClose: () => void;
  onSet: (alias: string) => void;
}) {
  const [alias, setAlias] = useState('challenger');
  const valid = aliasPattern.test(alias);
  return (
    <Dialog
      title={t.giveVersionAnAlias(version.version)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" disabled={!valid} onClick={() => onSet(alias)}>
            {t.pointAtVersion(valid ? alias : t.alias, version.version)}
          </Button>
        </>
      }
    >
      <Field label={t.aliasLabel} note={t.aliasNote} error={valid ? undefined : t.aliasRule}>
        {(ids) => <TextInput {...ids} value={alias} onChange={setAlias} />}
      </Field>
    </Dialog>
  );
}

/** The dataset versions that a model was made from, each a way to the Data screen. */
function SourceVersions({ digest }: { digest: string }) {
  const { data } = useQuery(`lineage/${digest}`, (signal) => engine.dataset.lineage({ digest }, { signal }));
  const versions = (data?.sources ?? []).flatMap((source) => source.versions.slice(0, 1));
  return versions.map(({ dataset, number, location }) => (
    <div key={`${dataset}@${number}`} style={{ display: 'contents' }}>
      <dt>{t.readFrom}</dt>
      <dd>
        <Button variant="link" title={location} onClick={() => navigate('data', `${dataset}@${number}`)}>
          {t.sourceVersion(location.split(/[/\\]/).at(-1) ?? location, number)}
        </Button>
      </dd>
    </div>
  ));
}

/** Says so where Python runs a version. */
function FormMark({ digest }: { digest: string }) {
  const artifact = useManifest(digest);
  if (artifact === undefined || modelFormOfMeta(artifact.meta) === 'onnx') return null;
  return (
    <span className="pill" title={t.runsInPython}>
      Python
    </span>
  );
}

/** Says that Python does not load a version from elsewhere, and lets the person decide. */
function TrustNote({ digest }: { digest: string }) {
  const { data, refetch } = useQuery(`model-trust/${digest}`, (signal) => engine.model.trust({ digest }, { signal }));
  if (!data?.estimator || data.trusted !== null) return null;
  return (
    <div className="model-trust" role="note">
      <Icon name="stale" small />
      <span>{t.notTrusted}</span>
      <span className="grow" />
      <Button small onClick={() => askModelTrust(digest, refetch)}>
        {t.trustModelAsk}
      </Button>
    </div>
  );
}

function Lineage({ version }: { version: ModelVersion }) {
  const artifact = useManifest(version.digest);
  const inputs = Object.entries(artifact?.inputs ?? {}).flatMap(([port, digests]) =>
    digests.map((digest) => ({ port, digest })),
  );
  return (
    <dl className="facts">
      <dt>{t.model}</dt>
      <dd>
        <Digest digest={version.digest} />
      </dd>
      {inputs.map(({ port, digest }) => (
        <div key={`${port} ${digest}`} style={{ display: 'contents' }}>
          <dt>{t.from(port)}</dt>
          <dd>
            <Digest digest={digest} />
          </dd>
        </div>
      ))}
      {artifact && (
        <>
          <dt>{t.madeBy}</dt>
          <dd title={artifact.producer.kind}>
            {titleOfKind(artifact.producer.kind)} v{artifact.producer.version}
          </dd>
          <dt>{t.stepKey}</dt>
          <dd>
            <Digest digest={artifact.producer.key} />
          </dd>
        </>
      )}
      <SourceVersions digest={version.digest} />
      <dt>{t.graph}</dt>
      <dd className="mono">{version.graphId}</dd>
      <dt>{t.run}</dt>
      <dd>
        {version.runId === null ? (
          '–'
        ) : (
          <Button variant="link" onClick={() => navigate('runs', version.runId ?? '')}>
            {runWord(version.runId)}
          </Button>
        )}
      </dd>
    </dl>
  );
}

/** Columns of metrics in a narrow window. */
const narrowMetrics = 3;

function Versions({ group, chosen }: { group: ModelGroup; chosen: ModelVersion }) {
  const metrics = metricNames(group.versions).slice(0, 5);
  return (
    <div className="versions">
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.version}</th>
            <th scope="col">{t.aliases}</th>
            <th scope="col">{t.registered}</th>
            {metrics.map((name, at) => (
              <th key={name} scope="col" className={at < narrowMetrics ? 'n' : 'n beyond'}>
                {capitalized(metricName(name))}
              </th>
            ))}
            <th scope="col">{t.parity}</th>
            <th scope="col" className="beyond">
              {t.digest}
            </th>
          </tr>
        </thead>
        <tbody>
          {group.versions.map((version) => (
            <tr
              key={version.version}
              aria-selected={version.version === chosen.version}
              onClick={() => navigate('models', versionAddress(version))}
            >
              <td>
                <button type="button" className="row-link" onClick={() => navigate('models', versionAddress(version))}>
                  {t.versionNumber(version.version)}
                </button>{' '}
                <FormMark digest={version.digest} />
              </td>
              <td>
                {version.aliases.map((alias) => (
                  <span key={alias} className={alias === 'champion' ? 'pill alias champion' : 'pill alias'}>
                    {alias}
                  </span>
                ))}
                {version.archivedMs !== null && <span className="mute">{t.archived}</span>}
                {version.approval?.state === 'waiting' && <span className="mute">{t.waiting}</span>}
                {version.approval?.state === 'rejected' && <span className="mute">{t.rejectedWord}</span>}
              </td>
              <td className="mute">{formatRelative(version.createdMs)}</td>
              {metrics.map((name, at) => {
                const value = version.metrics[name];
                const shown = at < narrowMetrics ? 'n' : 'n beyond';
                return (
                  <td key={name} className={shown} title={value === undefined ? undefined : formatFull(value)}>
                    {value === undefined ? '–' : formatMetric(value)}
                  </td>
                );
              })}
              <td>
                {version.parity === null ? (
                  <span className="mute">{t.notMeasured}</span>
                ) : (
                  <span className={version.parity.passed ? 'state-word' : 'state-word failed'}>
                    <Icon name={version.parity.passed ? 'check' : 'failed'} small />
                    {version.parity.passed ? t.passed : t.failed}
                  </span>
                )}
              </td>
              <td className="mono mute beyond">{shortDigest(version.digest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Waits for a person, or was rejected by one. */
function isUndecided({ approval }: ModelVersion): boolean {
  return approval !== null && approval.state !== 'approved';
}

/** Changes whenever an alias moves. */
function aliasState({ versions }: ModelGroup): string {
  return versions.flatMap(({ aliases, version }) => aliases.map((alias) => `${alias}${version}`)).join();
}

/** A registered model: its versions, and one of them with metrics, parity, lineage and signature. */
export function ModelDetail({
  group,
  version,
  onChanged,
}: {
  group: ModelGroup;
  version: ModelVersion;
  onChanged: () => void;
}) {
  const online = useOnline();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const manifest = useArtifactJson(version.digest, 'model.json', modelManifestSchema);
  // Most versions are registered without one.
  const explanation = useArtifactJson(version.digest, explanationFile, explanationReportSchema);
  const isChampion = version.aliases.includes('champion');
  const locked = version.archivedMs !== null ? t.needsRestore : isUndecided(version) ? t.needsApproval : undefined;

  async function setAlias(alias: string) {
    setAsking(false);
    setBusy(true);
    try {
      await engine.model.setAlias({ name: version.name, alias, version: version.version });
      showToast({ text: t.ofIsVersion(alias, version.name, version.version) });
      onChanged();
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <div className="screen-head">
        <Icon name="models" />
        <div className="head-name">
          <h1>{group.name}</h1>
          <div className="mute small clip">
            {formatPlural(group.versions.length, 'version')}
            {group.champion ? t.championIsVersion(group.champion.version) : t.noChampion}
          </div>
        </div>
        <span className="grow" />
        <ArchiveButton version={version} onChanged={onChanged} />
        <Button disabled={!online || busy || locked !== undefined} hint={locked} onClick={() => setAsking(true)}>
          {t.setAlias}
        </Button>
        <Button
          variant={isChampion ? 'plain' : 'primary'}
          disabled={isChampion || !online || busy || locked !== undefined}
          hint={isChampion ? t.isChampion : locked}
          onClick={() => void setAlias('champion')}
        >
          {t.promoteVersion(version.version)}
        </Button>
      </div>
      <div className="model-body">
        <Versions group={group} chosen={version} />
        <TrustNote digest={version.digest} />
        <Approval version={version} onChanged={onChanged} />
        <div className="metric-row">
          <div className="metric">
            <b>{t.versionNumber(version.version)}</b>
            <span>{version.aliases.length === 0 ? t.noAlias : version.aliases.join(', ')}</span>
          </div>
          {Object.entries(version.metrics).map(([name, value]) => (
            <div key={name} className="metric" title={formatFull(value)}>
              <b>{formatMetric(value)}</b>
              <span>{metricName(name)}</span>
            </div>
          ))}
        </div>
        <div className="result-parts">
          <section>
            <h3>{t.lineage}</h3>
            <Lineage version={version} />
          </section>
          <section>
            <h3>{t.parity}</h3>
            <ParityBox parity={version.parity} />
          </section>
          <section>
            <h3>{t.cardTitle}</h3>
            <ModelNotes name={group.name} version={version.version} />
          </section>
          <section>
            <h3>{t.compareWith}</h3>
            <VersionDiff group={group} version={version.version} />
          </section>
          <section>
            <h3>{t.aliasHistory}</h3>
            <AliasHistory name={group.name} state={aliasState(group)} onChanged={onChanged} />
          </section>
        </div>
        <section className="lineage-section">
          <h3>{t.madeFrom}</h3>
          <LineageGraph version={version} />
        </section>
        {explanation.data && (
          <section className="lineage-section">
            <h3>{t.onHeldOutRows}</h3>
            <ExplanationParts report={explanation.data} />
          </section>
        )}
        {manifest.data ? (
          <ModelParts manifest={manifest.data} />
        ) : manifest.error ? (
          <ErrorState error={manifest.error} onRetry={manifest.refetch} />
        ) : (
          <Skeleton waitsFor={t.theModel} />
        )}
      </div>
      {asking && (
        <AliasDialog version={version} onClose={() => setAsking(false)} onSet={(alias) => void setAlias(alias)} />
      )}
    </>
  );
}
