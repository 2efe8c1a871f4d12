import { useEffect, useMemo, useRef, useState } from 'react';
import { definitions } from '../canvas/kind-search.ts';
import { nextPlace } from '../canvas/next-place.ts';
import { addNode, titleOf } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { navigate, openOverlay, togglePanel } from '../state/ui-store.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { appCommands, canvasKeyPress } from './app-commands.ts';
import type { Stage } from '../../shared/node/define-node.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { kindTitle } from '../translation/kind-titles.ts';

interface Choice {
  id: string;
  title: string;
  /** Text that is found but not shown. */
  also?: string;
  group: 'command' | 'node' | 'add';
  keys?: string | undefined;
  stage?: Stage | undefined;
  run: () => void;
}

const recentKey = 'slipway.recent-commands';
const mostShown = 60;

function recent(): string[] {
  try {
    return JSON.parse(localStorage.getItem(recentKey) ?? '[]') as string[];
  } catch {
    return [];
  }
}

function allChoices(): Choice[] {
  const graph = activeGraph();
  const nodes = Object.entries(graph?.document.nodes ?? {}).map(
    ([id, node]): Choice => ({
      id: `node.${id}`,
      title: titleOf(node, id),
      also: `${id} ${node.kind} ${JSON.stringify(node.params)}`.toLowerCase(),
      group: 'node',
      stage: nodeDefinition(node)?.stage,
      run: () => {
        navigate('graph');
        togglePanel('inspector', true);
        select([id]);
        canvasKeyPress('2');
      },
    }),
  );
  const kinds = graph
    ? definitions.map(
        (definition): Choice => ({
          id: `add.${definition.kind}`,
          title: t.add(kindTitle(definition)),
          group: 'add',
          stage: definition.stage,
          run: () => {
            navigate('graph');
            addNode(definition.kind, nextPlace());
          },
        }),
      )
    : [];
  return [...appCommands().map((command): Choice => ({ ...command, group: 'command' })), ...nodes, ...kinds];
}

/** ⌘K: commands, nodes of the graph and kinds to add; recently used ones first. */
export function CommandPalette({ nodesOnly = false }: { nodesOnly?: boolean }) {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const choices = useMemo(
    () => (nodesOnly ? allChoices().filter((choice) => choice.group === 'node') : allChoices()),
    [nodesOnly],
  );
  const hits = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const used = recent();
    const age = (id: string) => {
      const at = used.indexOf(id);
      return at === -1 ? used.length : at;
    };
    const wanted = text.trim().toLowerCase();
    // What is typed in full comes first, then what begins with it.
    const match = (title: string) => {
      const lower = title.toLowerCase();
      return wanted === '' ? 2 : lower === wanted ? 0 : lower.startsWith(wanted) ? 1 : 2;
    };
    return choices
      .filter((choice) =>
        words.every((word) => choice.title.toLowerCase().includes(word) || (nodesOnly && choice.also?.includes(word))),
      )
      .sort((a, b) => match(a.title) - match(b.title) || age(a.id) - age(b.id))
      .slice(0, mostShown);
  }, [choices, text, nodesOnly]);

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    input.current?.focus();
    return () => before?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  }, [index]);

  function choose(choice: Choice | undefined) {
    if (!choice) return;
    localStorage.setItem(
      recentKey,
      JSON.stringify([choice.id, ...recent().filter((id) => id !== choice.id)].slice(0, 12)),
    );
    openOverlay(undefined);
    choice.run();
  }
  return (
    <>
      <div className="overlay-backdrop" onPointerDown={() => openOverlay(undefined)} />
      <div className="command-palette" role="dialog" aria-label={t.commands}>
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls="command-list"
          aria-activedescendant={hits[index] ? `command-${index}` : undefined}
          aria-label={nodesOnly ? t.findInGraph : t.findCommand}
          placeholder={nodesOnly ? t.findInGraph : t.findCommand}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setIndex(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') openOverlay(undefined);
            else if (event.key === 'Enter') choose(hits[index]);
            else if (event.key === 'ArrowDown') setIndex((n) => Math.min(hits.length - 1, n + 1));
            else if (event.key === 'ArrowUp') setIndex((n) => Math.max(0, n - 1));
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <div ref={list} className="command-list" id="command-list" role="listbox" aria-label={t.commands} tabIndex={-1}>
          {hits.map((choice, at) => (
            <div
              key={choice.id}
              id={`command-${at}`}
              role="option"
              aria-selected={at === index}
              tabIndex={-1}
              className="command-option"
              onPointerMove={() => setIndex(at)}
              onClick={() => choose(choice)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') choose(choice);
              }}
            >
              {choice.stage ? <StageFlag stage={choice.stage} size={14} label={false} /> : <Icon name="right" small />}
              <span className="clip">{choice.title}</span>
              {choice.group !== 'command' && <span className="group small mute">{t.groups[choice.group]}</span>}
              {choice.keys && <span className="kbd">{choice.keys}</span>}
            </div>
          ))}
          {hits.length === 0 && (
            <p className="mute" style={{ padding: 12 }}>
              {t.nothingIsCalled(text)}
            </p>
          )}
        </div>
      </div>
    </>
  );
}
