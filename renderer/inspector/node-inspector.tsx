import { useState } from 'react';
import { removeItems, setParams, setTitle, titleOf } from '../state/graph-commands.ts';
import { useGraphNode } from '../state/graph-store.ts';
import { startEndpoint, startRun, stopEndpoint } from '../state/run-commands.ts';
import { groupKind } from '../../shared/graph/group-definition.ts';
import { useSelection } from '../state/selection-store.ts';
import { navigate, togglePanel } from '../state/ui-store.ts';
import { useNodeEndpoint } from '../canvas/use-node-endpoint.ts';
import { serviceOf } from '../canvas/use-node-status.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { HelpText } from './help-text.tsx';
import { ContractOffer } from './contract-offer.tsx';
import { kindHelp, kindSummary, kindWords } from '../translation/kind-text.ts';
import { ParamForm } from './param-form.tsx';
import { PortsTab } from './ports-tab.tsx';
import { RunSettingsForm } from './run-settings.tsx';
import { WhyBox } from './why-box.tsx';
import { t } from './form-text.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { copyText } from '../ui/copy-text.ts';

type InspectorTab = 'settings' | 'ports' | 'help';

/** Start, stop and open of a serve node. */
function EndpointActions({ nodeId }: { nodeId: string }) {
  const endpoint = useNodeEndpoint(nodeId);
  const [pending, setPending] = useState(false);
  const live = endpoint?.state === 'live' || endpoint?.state === 'starting';
  async function toggle() {
    setPending(true);
    await (live ? stopEndpoint(endpoint.id) : startEndpoint(nodeId));
    setPending(false);
  }
  return (
    <div className="endpoint-actions">
      <Button
        variant={live ? 'plain' : 'primary'}
        icon={live ? 'stop' : 'play'}
        disabled={pending}
        onClick={() => void toggle()}
      >
        {pending ? (live ? t.stopping : t.starting) : live ? t.stopEndpoint : t.startEndpoint}
      </Button>
      {endpoint && (
        <Button variant="link" onClick={() => navigate('endpoints', endpoint.id)}>
          {t.openEndpoint}
        </Button>
      )}
      {endpoint?.http && live && <p className="mono wrap small">{endpoint.http}</p>}
    </div>
  );
}

/** What there is to set about a node, its ports and its help. */
export function NodeInspector({ nodeId }: { nodeId: string }) {
  const node = useGraphNode(nodeId);
  const [tab, setTab] = useState<InspectorTab>('settings');
  const [menu, setMenu] = useState<{ x: number; y: number }>();
  const several = useSelection((selection) => selection.nodes.length);
  if (!node) return undefined;
  const definition = nodeDefinition(node);
  const service = serviceOf(node.kind);
  return (
    <>
      <header className="inspector-head">
        {definition && <StageFlag stage={definition.stage} size={32} />}
        <div className="grow">
          <input
            className="title-input"
            aria-label={t.nodeTitle}
            value={node.title ?? ''}
            placeholder={titleOf(node, nodeId)}
            spellCheck={false}
            onChange={(event) => setTitle(nodeId, event.target.value)}
            onBlur={(event) => setTitle(nodeId, event.target.value.trim())}
          />
          <small className="mono mute clip">
            {node.kind} · {nodeId}
          </small>
        </div>
        <IconButton
          icon="more"
          label={t.more}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setMenu({ x: box.right - 180, y: box.bottom + 4 });
          }}
        />
        {menu && (
          <Menu
            label={t.aboutThisNode}
            at={menu}
            onClose={() => setMenu(undefined)}
            entries={[
              {
                label: t.runToHere,
                icon: 'play',
                disabled: service !== undefined,
                onSelect: () => void startRun({ to: nodeId }),
              },
              {
                label: t.runAgainFromTheStart,
                disabled: service !== undefined,
                onSelect: () => void startRun({ to: nodeId, force: true }),
              },
              { label: t.copyNodeId, icon: 'copy', onSelect: () => void copyText(nodeId) },
              { label: t.hideTheInspector, shortcut: 'I', onSelect: () => togglePanel('inspector', false) },
              'separator',
              { label: t.delete, icon: 'trash', danger: true, onSelect: () => removeItems([nodeId], []) },
            ]}
          />
        )}
      </header>
      {several > 1 && <p className="mute several">{t.severalSelected(several)}</p>}
      <WhyBox nodeId={nodeId} />
      {service === 'endpoint' && <EndpointActions nodeId={nodeId} />}
      <Tabs<InspectorTab>
        label={t.aboutThisNode}
        value={tab}
        onChange={setTab}
        className="inspector-tabs"
        tabs={[
          { value: 'settings', label: t.settings },
          { value: 'ports', label: t.ports },
          { value: 'help', label: t.help },
        ]}
      />
      <div className="inspector-body" role="tabpanel" aria-label={t[tab]}>
        {!definition && <p className="form-note">{t.unknownKind(node.kind)}</p>}
        {definition && tab === 'settings' && (
          <>
            {definition.lowering?.onnx === false && (
              <p className="form-note">{t.notInOnnx(kindWords(definition.lowering.why))}</p>
            )}
            {node.kind === 'data.expect' && <ContractOffer key={`contract ${nodeId}`} nodeId={nodeId} />}
            <ParamForm key={nodeId} nodeId={nodeId} node={node} definition={definition} />
            {definition.stage !== 'serve' && definition.stage !== 'monitor' && (
              <RunSettingsForm key={`run-${nodeId}`} nodeId={nodeId} node={node} definition={definition} />
            )}
          </>
        )}
        {definition && tab === 'ports' && <PortsTab nodeId={nodeId} node={node} definition={definition} />}
        {definition && tab === 'help' && (
          <>
            <p className="form-note strong">{kindSummary(definition)}</p>
            <HelpText text={kindHelp(definition)} />
            {definition.kind !== groupKind && (
              <>
                {definition.examples.map((example) => (
                  <p key={example.name} className="help-use">
                    <b>{kindWords(example.name)}</b> {kindWords(example.note)}{' '}
                    <Button variant="link" onClick={() => setParams(nodeId, example.params)}>
                      {t.useSettings}
                    </Button>
                  </p>
                ))}
                <p>
                  <Button variant="link" onClick={() => navigate('help', definition.kind)}>
                    {t.helpPage}
                  </Button>
                </p>
              </>
            )}
          </>
        )}
      </div>
    </>
  );
}
