import { useEffect, useMemo, useState } from 'react';
import type { GraphNode } from '../../shared/graph/document.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { useNodeProblems, useStepState } from '../state/analysis-store.ts';
import { parameterReference } from '../../shared/graph/graph-parameters.ts';
import {
  canBeParameter,
  makeGraphParameter,
  setParam,
  setVariantParam,
  takeParameterValue,
  variantsOf,
} from '../state/graph-commands.ts';
import { useSelection } from '../state/selection-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Field } from '../ui/field.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { ParamControl } from './param-control.tsx';
import { type ParamChange, paramChange } from './param-names.ts';
import { paramErrors, type ParamField, paramFields } from './param-fields.ts';
import { t } from './form-text.ts';
import { groupKind } from '../../shared/graph/group-definition.ts';
import { Variants, VariantTabs } from './variants.tsx';
import { errorText } from '../translation/engine-text.ts';
import { copyText } from '../ui/copy-text.ts';

/** A reference to a graph parameter or a secret instead of a value. */
function referenceOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { param, secret } = value as { param?: unknown; secret?: unknown };
  if (typeof param === 'string') return t.graphParameter(param);
  if (typeof secret === 'string') return t.secret(secret);
  return undefined;
}

const blockControls = new Set(['sql', 'multiline', 'columns', 'path', 'strings', 'records', 'map', 'expression']);

function defaultWord(value: unknown): string {
  return typeof value === 'string' ? value || t.emptyWord : JSON.stringify(value);
}

function ParamRow({
  nodeId,
  node,
  field,
  error,
  change,
  onSet,
}: {
  nodeId: string;
  node: GraphNode;
  field: ParamField;
  error: string | undefined;
  /** How it differs from the last result. */
  change: ParamChange | undefined;
  onSet: (name: string, value: unknown) => void;
}) {
  const set = Object.hasOwn(node.params, field.name);
  const stored = node.params[field.name];
  const value = set ? stored : field.default;
  const reference = referenceOf(stored);
  const parameter = parameterReference(stored);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number }>();
  const entries: MenuEntry[] = [
    parameter === undefined
      ? {
          label: t.makeGraphParameter,
          disabled: reference !== undefined || !canBeParameter(value),
          onSelect: () => void makeGraphParameter(nodeId, field.name, value, field.description ?? ''),
        }
      : { label: t.takeTheValueHere, onSelect: () => takeParameterValue(nodeId, field.name, parameter) },
    { label: t.reset, icon: 'reset', disabled: !set, onSelect: () => onSet(field.name, undefined) },
    {
      label: t.copyPath,
      icon: 'copy',
      onSelect: () => void copyText(`${nodeId}.${field.name}`),
    },
  ];
  const block = blockControls.has(field.control.control);
  const differs = set && field.default !== undefined && JSON.stringify(stored) !== JSON.stringify(field.default);
  return (
    <div className={classNames('param-row', block && 'block', change && 'changed')} data-field={field.name}>
      <Field
        extra={
          <>
            <IconButton
              icon="more"
              small
              label={t.more}
              aria-description={field.label}
              aria-haspopup="menu"
              onClick={(event) => {
                event.preventDefault();
                const box = event.currentTarget.getBoundingClientRect();
                setMenuAt({ x: box.left, y: box.bottom });
              }}
            />
            {menuAt && <Menu label={field.label} at={menuAt} entries={entries} onClose={() => setMenuAt(undefined)} />}
          </>
        }
        row={!block}
        error={error}
        note={
          change && (
            <span className="was">
              {change.before === undefined ? t.wasNotSet : t.was(defaultWord(change.before).slice(0, 40))}{' '}
              <Button variant="link" onClick={() => onSet(field.name, change.before)}>
                {t.revert}
              </Button>
            </span>
          )
        }
        beside={
          differs && (
            <IconButton
              icon="reset"
              small
              label={t.resetTo(defaultWord(field.default).slice(0, 60))}
              onClick={(event) => {
                event.preventDefault();
                onSet(field.name, undefined);
              }}
            />
          )
        }
        label={
          <span
            className="param-label"
            title={[field.description, field.name].filter(Boolean).join('\n')}
            onContextMenu={(event) => {
              event.preventDefault();
              setMenuAt({ x: event.clientX, y: event.clientY });
            }}
          >
            {field.label}
            {!field.optional && <span className="required" aria-label={t.required} />}
          </span>
        }
      >
        {(ids) =>
          reference === undefined || (field.control.control === 'secret' && parameter === undefined) ? (
            <ParamControl
              nodeId={nodeId}
              field={field}
              ids={ids}
              value={value}
              onChange={(next) => onSet(field.name, next)}
            />
          ) : (
            <span className="chip">{reference}</span>
          )
        }
      </Field>
    </div>
  );
}

/** The form of a node, generated from its kind's parameter schema. */
export function ParamForm({
  nodeId,
  node: own,
  definition,
}: {
  nodeId: string;
  node: GraphNode;
  definition: NodeDefinition;
}) {
  const fields = useMemo(() => paramFields(definition), [definition]);
  const [chosen, setChosen] = useState<string>();
  const variant = chosen !== undefined && Object.hasOwn(own.variants ?? {}, chosen) ? chosen : undefined;
  const node = useMemo(
    () => (variant === undefined ? own : { ...own, params: { ...own.params, ...variantsOf(own)[variant] } }),
    [own, variant],
  );
  const onSet = (name: string, value: unknown) =>
    variant === undefined ? setParam(nodeId, name, value) : setVariantParam(nodeId, variant, name, value);
  const problems = useNodeProblems(nodeId);
  const wanted = useSelection((selection) => selection.field);
  const [advanced, setAdvanced] = useState(false);
  const step = useStepState(nodeId);
  const changes = useMemo(() => {
    if (!step || step.hit || !step.ranBefore) return new Map<string, ParamChange>();
    return new Map(step.reasons.flatMap((reason) => paramChange(reason) ?? []).map((change) => [change.name, change]));
  }, [step]);
  const errors = useMemo(() => {
    const own = paramErrors(definition, node.params);
    for (const problem of problems) {
      if (problem.field !== undefined && problem.severity !== 'info') own[problem.field] ??= errorText(problem);
    }
    return own;
  }, [definition, node.params, problems]);

  useEffect(() => {
    if (wanted === undefined) return;
    if (fields.find((field) => field.name === wanted)?.advanced) setAdvanced(true);
    const frame = requestAnimationFrame(() => {
      const row = document.querySelector(`.param-row[data-field="${CSS.escape(wanted)}"]`);
      row?.scrollIntoView({ block: 'nearest' });
      row?.querySelector<HTMLElement>('input, textarea, select, button')?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [wanted, fields]);

  if (fields.length === 0) return <p className="mute form-note">{t.nothingToSet}</p>;
  const shown = fields.filter((field) => !field.advanced || advanced || errors[field.name] !== undefined);
  const hidden = fields.filter((field) => field.advanced).length;
  const sections = [...new Set(shown.map((field) => field.section))];
  return (
    <div className="param-form">
      {own.variants !== undefined && <VariantTabs node={own} chosen={variant} onChoose={setChosen} />}
      {sections.map((section) => (
        <section key={section} className="param-section">
          {section !== '' && <h4>{section}</h4>}
          {shown
            .filter((field) => field.section === section)
            .map((field) => (
              <ParamRow
                key={field.name}
                nodeId={nodeId}
                node={node}
                field={field}
                error={errors[field.name]}
                change={variant === undefined ? changes.get(field.name) : undefined}
                onSet={onSet}
              />
            ))}
        </section>
      ))}
      {hidden > 0 && (
        <p className="form-more">
          <Button variant="link" aria-expanded={advanced} onClick={() => setAdvanced(!advanced)}>
            {advanced ? t.fewerSettings : t.moreSettings(hidden)}
          </Button>
        </p>
      )}
      {definition.kind !== groupKind && <Variants nodeId={nodeId} node={own} chosen={variant} onChoose={setChosen} />}
    </div>
  );
}
