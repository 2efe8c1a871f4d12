import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { selectField } from '../state/selection-store.ts';
import { navigate, openOverlay, togglePanel } from '../state/ui-store.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { PopoverPanel } from '../ui/popover-panel.tsx';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';

const severities = { error: 0, warning: 1, info: 2 };

function where(diagnostic: Diagnostic): string {
  if (diagnostic.node === undefined) return '';
  const node = activeGraph()?.document.nodes[diagnostic.node];
  return node ? `${titleOf(node, diagnostic.node)}: ` : `${diagnostic.node}: `;
}

/** Every problem of the graph; one leads to its node and field. */
export function ProblemsPanel() {
  const diagnostics = useAnalysis((analysis) => analysis.diagnostics);
  const sorted = [...diagnostics].sort((a, b) => severities[a.severity] - severities[b.severity]);
  return (
    <PopoverPanel label={t.problems} focusFirst onClose={() => openOverlay(undefined)}>
      <h2>{t.problems}</h2>
      {sorted.length === 0 && (
        <p className="mute" style={{ padding: '0 14px 8px' }}>
          {t.noProblemsCanRun}
        </p>
      )}
      {sorted.map((diagnostic) => (
        <button
          key={`${diagnostic.path} ${diagnostic.code} ${diagnostic.message}`}
          type="button"
          className={`problem-row ${diagnostic.severity}`}
          onClick={() => {
            openOverlay(undefined);
            if (diagnostic.node === undefined) return;
            navigate('graph');
            togglePanel('inspector', true);
            selectField(diagnostic.node, diagnostic.field);
          }}
        >
          <Icon
            name={diagnostic.severity === 'error' ? 'failed' : diagnostic.severity === 'warning' ? 'stale' : 'info'}
            small
          />
          <span>
            {where(diagnostic)}
            <EngineText text={diagnostic.message} />
          </span>
          {diagnostic.fix && (
            <span className="fix">
              <EngineText text={diagnostic.fix} />
            </span>
          )}
        </button>
      ))}
    </PopoverPanel>
  );
}
