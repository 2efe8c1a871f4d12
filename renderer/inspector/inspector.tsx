import './inspector.css';
import { useState } from 'react';
import { definitionOf } from '../../nodes/catalog.ts';
import { removeItems, renameGraph, setTitle, titleOf } from '../state/graph-commands.ts';
import { useActiveGraph, useGraphNode } from '../state/graph-store.ts';
import { startEndpoint, startRun, stopEndpoint } from '../state/run-commands.ts';
import { useInspectedNode, useSelection } from '../state/selection-store.ts';
import { navigate, togglePanel } from '../state/ui-store.ts';
import { useNodeEndpoint } from '../canvas/use-node-endpoint.ts';
import { serviceOf } from '../canvas/use-node-status.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatPlural } from '../ui/format.ts';
import { Menu } from '../ui/menu.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { HelpText } from './help-text.tsx';
import { ParamForm } from './param-form.tsx';
import { PortsTab } from './ports-tab.tsx';
import { WhyBox } from './why-box.tsx';

type InspectorTab = 'settings' | 'ports' | 'help';

function GraphInspector() {
  const name = useActiveGraph((graph) => graph.document.name) ?? '';
  const id = useActiveGraph((graph) => graph.document.id);
  const path = useActiveGraph((graph) => graph.path);
  const nodes = useActiveGraph((graph) => Object.keys(graph.document.nodes).length) ?? 0;
  const edges = useActiveGraph((graph) => graph.document.edges.length) ?? 0;
  const writable = useActiveGraph((graph) => graph.writable) ?? true;
  const count = useSelection((selection) => selection.nodes.length);
  return (
    <div className="graph-inspector">
      <Field row label="Graph name">
        {(ids) => <TextInput {...ids} value={name} onChange={renameGraph} />}
      </Field>
      <dl className="facts">
        <dt>Id</dt>
        <dd className="mono">{id}</dd>
        <dt>File</dt>
        <dd className="mono wrap">{path ?? 'not saved yet'}</dd>
        <dt>Size</dt>
        <dd>
          {formatPlural(nodes, 'node')}, {formatPlural(edges, 'connection')}
        </dd>
      </dl>
      {!writable && <p className="pill stale">Opened read-only: saving would lose parts this version cannot read.</p>}
      {count === 0 && nodes > 0 && (
        <p className="mute">Select a node to see why it has its state and to change its settings.</p>
      )}
    </div>
  );
}

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
        {pending ? (live ? 'Stopping' : 'Starting') : live ? 'Stop endpoint' : 'Start endpoint'}
      </Button>
      {endpoint && (
        <Button variant="link" onClick={() => navigate('endpoints', endpoint.id)}>
          Open endpoint
        </Button>
      )}
      {endpoint?.http && live && <p className="mono wrap small">{endpoint.http}</p>}
    </div>
  );
}

function NodeInspector({ nodeId }: { nodeId: string }) {
  const node = useGraphNode(nodeId);
  const [tab, setTab] = useState<InspectorTab>('settings');
  const [menu, setMenu] = useState<{ x: number; y: number }>();
  const several = useSelection((selection) => selection.nodes.length);
  if (!node) return <GraphInspector />;
  const definition = definitionOf(node.kind);
  const service = serviceOf(node.kind);
  return (
    <>
      <header className="inspector-head">
        {definition && <StageFlag stage={definition.stage} size={32} />}
        <div className="grow">
          <input
            className="title-input"
            aria-label="Node title"
            value={node.title ?? ''}
            placeholder={titleOf(node, nodeId)}
            spellCheck={false}
            onChange={(event) => setTitle(nodeId, event.target.value)}
          />
          <small className="mono mute clip">
            {node.kind} · {nodeId}
          </small>
        </div>
        <IconButton
          icon="more"
          label="More"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setMenu({ x: box.right - 180, y: box.bottom + 4 });
          }}
        />
        {menu && (
          <Menu
            label="Node"
            at={menu}
            onClose={() => setMenu(undefined)}
            entries={[
              {
                label: 'Run to here',
                icon: 'play',
                disabled: service !== undefined,
                onSelect: () => void startRun({ to: nodeId }),
              },
              {
                label: 'Run again from the start',
                disabled: service !== undefined,
                onSelect: () => void startRun({ to: nodeId, force: true }),
              },
              { label: 'Copy node id', icon: 'copy', onSelect: () => void navigator.clipboard.writeText(nodeId) },
              { label: 'Hide the inspector', shortcut: 'I', onSelect: () => togglePanel('inspector', false) },
              'separator',
              { label: 'Delete', icon: 'trash', danger: true, onSelect: () => removeItems([nodeId], []) },
            ]}
          />
        )}
      </header>
      {several > 1 && <p className="mute several">{several} nodes are selected; this is the last one.</p>}
      <WhyBox nodeId={nodeId} />
      {service === 'endpoint' && <EndpointActions nodeId={nodeId} />}
      <Tabs<InspectorTab>
        label="About this node"
        value={tab}
        onChange={setTab}
        className="inspector-tabs"
        tabs={[
          { value: 'settings', label: 'Settings' },
          { value: 'ports', label: 'Ports' },
          { value: 'help', label: 'Help' },
        ]}
      />
      <div className="inspector-body" role="tabpanel" aria-label={tab}>
        {!definition && (
          <p className="form-note">
            This version does not know the kind {node.kind}. The node is kept as it is and saved unchanged.
          </p>
        )}
        {definition && tab === 'settings' && (
          <ParamForm key={nodeId} nodeId={nodeId} node={node} definition={definition} />
        )}
        {definition && tab === 'ports' && <PortsTab nodeId={nodeId} node={node} definition={definition} />}
        {definition && tab === 'help' && (
          <>
            <p className="form-note strong">{definition.summary}</p>
            <HelpText text={definition.help} />
          </>
        )}
      </div>
    </>
  );
}

export function Inspector() {
  const nodeId = useInspectedNode();
  return nodeId === undefined ? <GraphInspector /> : <NodeInspector key={nodeId} nodeId={nodeId} />;
}
