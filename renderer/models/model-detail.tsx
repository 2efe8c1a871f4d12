import { useState } from 'react';
import { modelManifestSchema } from '../../shared/model/signature.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { metricName } from '../canvas/node-facts.ts';
import { runWord } from '../canvas/node-status.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { useOnline } from '../client/connection-store.ts';
import { ModelParts } from '../results/model-view.tsx';
import { ParityBox } from '../results/parity-box.tsx';
import { useArtifactJson } from '../results/use-artifact-json.ts';
import { useManifest } from '../state/artifact-store.ts';
import { navigate } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatFull, formatMetric, formatRelative, shortDigest } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import { metricNames, type ModelGroup, versionAddress } from './model-groups.ts';

const aliasPattern = /^[a-z][a-z0-9_-]{0,62}$/;

function heading(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Digest({ digest }: { digest: string }) {
  return (
    <span className="digest">
      <span className="mono" title={digest}>
        {shortDigest(digest)}
      </span>
      <IconButton
        icon="copy"
        small
        label="Copy digest"
        onClick={() => void navigator.clipboard.writeText(digest).then(() => showToast({ text: 'Digest copied' }))}
      />
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
      title={`Give version ${version.version} an alias`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={!valid} onClick={() => onSet(alias)}>
            Point {valid ? alias : 'alias'} at version {version.version}
          </Button>
        </>
      }
    >
      <Field
        label="Alias"
        note="Endpoints and exports name a model by alias; it points at one version at a time."
        error={valid ? undefined : 'Start with a lower-case letter; then letters, digits, - and _.'}
      >
        {(ids) => <TextInput {...ids} value={alias} onChange={setAlias} />}
      </Field>
    </Dialog>
  );
}

function Lineage({ version }: { version: ModelVersion }) {
  const artifact = useManifest(version.digest);
  const inputs = Object.entries(artifact?.inputs ?? {}).flatMap(([port, digests]) =>
    digests.map((digest) => ({ port, digest })),
  );
  return (
    <dl className="facts">
      <dt>Model</dt>
      <dd>
        <Digest digest={version.digest} />
      </dd>
      {inputs.map(({ port, digest }) => (
        <div key={`${port} ${digest}`} style={{ display: 'contents' }}>
          <dt>From {port}</dt>
          <dd>
            <Digest digest={digest} />
          </dd>
        </div>
      ))}
      {artifact && (
        <>
          <dt>Made by</dt>
          <dd className="mono">
            {artifact.producer.kind} v{artifact.producer.version}
          </dd>
          <dt>Step key</dt>
          <dd>
            <Digest digest={artifact.producer.key} />
          </dd>
        </>
      )}
      <dt>Graph</dt>
      <dd className="mono">{version.graphId}</dd>
      <dt>Run</dt>
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

function Versions({ group, chosen }: { group: ModelGroup; chosen: ModelVersion }) {
  const metrics = metricNames(group.versions).slice(0, 5);
  return (
    <div className="versions">
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Aliases</th>
            <th scope="col">Registered</th>
            {metrics.map((name) => (
              <th key={name} scope="col" className="n">
                {heading(metricName(name))}
              </th>
            ))}
            <th scope="col">Parity</th>
            <th scope="col">Digest</th>
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
                  Version {version.version}
                </button>
              </td>
              <td>
                {version.aliases.map((alias) => (
                  <span key={alias} className={alias === 'champion' ? 'pill alias champion' : 'pill alias'}>
                    {alias}
                  </span>
                ))}
              </td>
              <td className="mute">{formatRelative(version.createdMs)}</td>
              {metrics.map((name) => {
                const value = version.metrics[name];
                return (
                  <td key={name} className="n" title={value === undefined ? undefined : formatFull(value)}>
                    {value === undefined ? '–' : formatMetric(value)}
                  </td>
                );
              })}
              <td>
                {version.parity === null ? (
                  <span className="mute">not measured</span>
                ) : (
                  <span className={version.parity.passed ? 'state-word' : 'state-word failed'}>
                    <Icon name={version.parity.passed ? 'check' : 'failed'} small />
                    {version.parity.passed ? 'passed' : 'failed'}
                  </span>
                )}
              </td>
              <td className="mono mute">{shortDigest(version.digest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
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
  const isChampion = version.aliases.includes('champion');

  async function setAlias(alias: string) {
    setAsking(false);
    setBusy(true);
    try {
      await engine.model.setAlias({ name: version.name, alias, version: version.version });
      showToast({ text: `${alias} of ${version.name} is version ${version.version}` });
      onChanged();
    } catch (error) {
      const wire = toEngineError(error);
      showToast({ text: wire.fix ? `${wire.message} ${wire.fix}` : wire.message, tone: 'failed' });
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
            {group.versions.length === 1 ? '1 version' : `${group.versions.length} versions`}
            {group.champion ? `, champion is version ${group.champion.version}` : ', no champion'}
          </div>
        </div>
        <span className="grow" />
        <Button disabled={!online || busy} onClick={() => setAsking(true)}>
          Set alias
        </Button>
        <Button
          variant={isChampion ? 'plain' : 'primary'}
          disabled={isChampion || !online || busy}
          hint={isChampion ? 'This version is the champion.' : undefined}
          onClick={() => void setAlias('champion')}
        >
          Promote version {version.version}
        </Button>
      </div>
      <div className="model-body">
        <Versions group={group} chosen={version} />
        <div className="metric-row">
          <div className="metric">
            <b>Version {version.version}</b>
            <span>{version.aliases.length === 0 ? 'no alias' : version.aliases.join(', ')}</span>
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
            <h3>Lineage</h3>
            <Lineage version={version} />
          </section>
          <section>
            <h3>Parity</h3>
            <ParityBox parity={version.parity} />
          </section>
        </div>
        {manifest.data ? (
          <ModelParts manifest={manifest.data} />
        ) : manifest.error ? (
          <ErrorState error={manifest.error} onRetry={manifest.refetch} />
        ) : (
          <Skeleton waitsFor="the model" />
        )}
      </div>
      {asking && (
        <AliasDialog version={version} onClose={() => setAsking(false)} onSet={(alias) => void setAlias(alias)} />
      )}
    </>
  );
}
