import type { GraphNode } from '../../shared/graph/document.ts';
import { leadingMetrics } from '../canvas/node-facts.ts';
import { metricName } from '../translation/metric-names.ts';
import { useActiveRun } from '../canvas/use-node-status.ts';
import { addVariant, removeVariant, variantsOf } from '../state/graph-commands.ts';
import { startRun } from '../state/run-commands.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { formatMetric } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { labelOf } from '../translation/kind-text.ts';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';

/** The variant that stands for the node as it is. */
const first = 'a';

interface VariantsProps {
  node: GraphNode;
  chosen: string | undefined;
  onChoose: (variant: string | undefined) => void;
}

/** Which settings the form shows: those of the node, or of one of its variants. */
export function VariantTabs({ node, chosen, onChoose }: VariantsProps) {
  const names = [first, ...Object.keys(variantsOf(node))];
  return (
    <div className="variant-tabs">
      <Segmented
        label={t.variantShown}
        value={chosen ?? first}
        options={names.map((name) => ({ value: name, label: name.toUpperCase() }))}
        onChange={(name) => onChoose(name === first ? undefined : name)}
      />
    </div>
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Other settings of a node to try beside its own, what each differs in, and how they did in the last run. */
export function Variants({ nodeId, node, chosen, onChoose }: VariantsProps & { nodeId: string }) {
  const variants = Object.entries(variantsOf(node));
  const metrics = useActiveRun((run) => run.metrics) ?? {};
  // Reports below a node with variants are there once for each, named after the variant.
  const figures = (name: string) => {
    const own = Object.entries(metrics).find(([id]) => id.endsWith(`--${nodeId}_${name}`));
    return own ? leadingMetrics(own[1], 1) : [];
  };
  return (
    <section className="param-section variants">
      <h4>{t.variants}</h4>
      <ul>
        {variants.map(([name, params]) => (
          <li key={name} className={name === chosen ? 'variant current' : 'variant'}>
            <button type="button" className="link-button" onClick={() => onChoose(name)}>
              {name.toUpperCase()}
            </button>
            <span className="clip">
              {Object.entries(params)
                .map(([param, value]) => `${labelOf(param)} ${shown(value)}`)
                .join(', ') || t.asTheNode}
            </span>
            {figures(name).map(([metric, value]) => (
              <span key={metric} className="num" title={metricName(metric)}>
                {formatMetric(value)}
              </span>
            ))}
            <Button
              variant="link"
              onClick={() => {
                onChoose(undefined);
                removeVariant(nodeId, name, true);
              }}
            >
              {t.use}
            </Button>
            <IconButton
              icon="close"
              small
              label={inspectorText.remove(name.toUpperCase())}
              onClick={() => removeVariant(nodeId, name, false)}
            />
          </li>
        ))}
      </ul>
      <p className="variant-actions">
        <Button variant="link" onClick={() => onChoose(addVariant(nodeId))}>
          {t.addVariant}
        </Button>
        {variants.length > 0 && (
          <Button variant="link" onClick={() => void startRun({ variants: true })}>
            {t.runVariants}
          </Button>
        )}
      </p>
    </section>
  );
}
