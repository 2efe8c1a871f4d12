import { useEffect, useMemo, useState } from 'react';
import { catalog, definitionOf } from '../../nodes/catalog.ts';
import { errorHelp } from '../../shared/docs/error-help.ts';
import { exampleGraph, exampleNeeds } from '../../shared/docs/example-graph.ts';
import { type DocumentedPort, kindPage } from '../../shared/docs/kind-page.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { type NodeDefinition, stages } from '../../shared/node/define-node.ts';
import { GraphPicture } from '../canvas/graph-picture.tsx';
import { HelpText } from '../inspector/help-text.tsx';
import { openExample } from '../state/file-commands.ts';
import { navigate, openOverlay, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { TextInput } from '../ui/field.tsx';
import { joinOr } from '../ui/format.ts';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { StageFlag, stageTitle } from '../ui/stage-flag.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import '../results/results.css';
import './help.css';
import { t } from './text.ts';
import { errorHelpFor, kindHelp, kindSummary, kindWords, labelText } from '../translation/kind-text.ts';
import { kindTitle } from '../translation/kind-titles.ts';

const definitions: readonly NodeDefinition[] = Object.values(catalog);
const errorsAddress = 'errors';

function Ports({ title, ports }: { title: string; ports: readonly DocumentedPort[] }) {
  if (ports.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <table className="list-table help-table">
        <thead>
          <tr>
            <th scope="col">{t.port}</th>
            <th scope="col">{t.type}</th>
            <th scope="col">{t.whatItIs}</th>
          </tr>
        </thead>
        <tbody>
          {ports.map((port) => (
            <tr key={port.name}>
              <td className="mono">{port.name}</td>
              <td>
                <PortGlyph type={(port.types[0] ?? 'table') as 'table'} many={port.many} filled /> {joinOr(port.types)}
                {port.many && t.anyNumber}
                {port.optional && t.optional}
              </td>
              <td>{kindWords(port.doc)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The graph that shows the kind at work: its picture, what it needs, and a button that opens it. */
function Example({ definition }: { definition: NodeDefinition }) {
  const graph = useMemo(() => exampleGraph(definition, definitionOf), [definition]);
  const needs = exampleNeeds(definition.kind);
  return (
    <section className="help-example">
      <div className="help-example-head">
        <h2>{t.example}</h2>
        <span className="grow" />
        <Button small onClick={() => openExample(graph)}>
          {t.openExample}
        </Button>
      </div>
      <div className="help-picture">
        <GraphPicture document={graph} />
      </div>
      <p>{needs === undefined ? t.runsAsItIs : t.needs[needs]}</p>
    </section>
  );
}

function KindPage({ definition }: { definition: NodeDefinition }) {
  const page = useMemo(() => kindPage(definition, t.typeWords), [definition]);
  return (
    <article className="help-page">
      <header className="help-head">
        <StageFlag stage={definition.stage} size={32} />
        <div>
          <h1>{kindTitle(definition)}</h1>
          <span className="mono mute">{definition.kind}</span>
        </div>
      </header>
      <p className="help-summary">{kindSummary(definition)}</p>
      <HelpText text={kindHelp(definition)} />
      <Example definition={definition} />
      <Ports title={t.inputs} ports={page.inputs} />
      <Ports title={t.outputs} ports={page.outputs} />
      {page.params.length > 0 && (
        <>
          <h2>{t.settings}</h2>
          <table className="list-table help-table">
            <thead>
              <tr>
                <th scope="col">{t.name}</th>
                <th scope="col">{t.value}</th>
                <th scope="col">{t.default}</th>
                <th scope="col">{t.whatItDoes}</th>
              </tr>
            </thead>
            <tbody>
              {page.params.map((param) => (
                <tr key={param.name}>
                  <td className="mono">{param.name}</td>
                  <td>
                    {[param.type, param.unit === undefined ? '' : labelText(param.unit)].filter(Boolean).join(', ')}
                  </td>
                  <td className="mono">{param.default ?? (param.required ? t.required : '')}</td>
                  <td>{kindWords(param.description)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <h2>{t.examples}</h2>
      {definition.examples.map((example) => (
        <section key={example.name} className="help-example">
          <b>{kindWords(example.name)}</b>
          <p>{kindWords(example.note)}</p>
          <pre>{JSON.stringify(example.params, null, 2)}</pre>
        </section>
      ))}
    </article>
  );
}

function ErrorsPage({ topic }: { topic: string }) {
  useEffect(() => {
    document.getElementById(`help-${topic}`)?.scrollIntoView({ block: 'start' });
  }, [topic]);
  return (
    <article className="help-page">
      <h1>{t.errors}</h1>
      <p className="mute">{t.errorsNote}</p>
      {Object.entries(errorHelp)
        .map(([name, english]) => [name, errorHelpFor(name, english)] as const)
        .map(([name, help]) => (
          <section key={name} id={`help-${name}`} className={name === topic ? 'help-topic current' : 'help-topic'}>
            <h2>{help.title}</h2>
            <p>{help.text}</p>
            <p className="mono mute small">
              {Object.keys(errorCodes)
                .filter((code) => code.startsWith(`${name}.`))
                .join('  ')}
            </p>
          </section>
        ))}
    </article>
  );
}

/** A page for every kind, made from its definition, and what helps with each sort of error. */
export function HelpScreen() {
  const { id } = useRoute();
  const [text, setText] = useState('');
  const [page = '', topic = ''] = id.split('/');
  const wanted = text.trim().toLowerCase();
  const shown = definitions.filter((definition) =>
    [definition.title, kindTitle(definition), definition.kind, kindSummary(definition), ...definition.keywords].some(
      (word) => word.toLowerCase().includes(wanted),
    ),
  );
  const definition = definitions.find(({ kind }) => kind === id);
  const link = (to: string, label: string) => (
    <a href={`#/help/${to}`} {...(page === to || id === to ? { 'aria-current': 'page' as const } : {})}>
      {label}
    </a>
  );
  return (
    <div className="screen help-screen">
      <nav className="help-list" aria-label={t.pages}>
        <TextInput type="search" value={text} onChange={setText} placeholder={t.find} aria-label={t.find} />
        <ul>
          <li>
            <Button variant="link" onClick={() => openOverlay('shortcuts')}>
              {t.shortcuts}
            </Button>
          </li>
          <li>
            <Button variant="link" onClick={() => openOverlay('tour')}>
              {t.tour}
            </Button>
          </li>
          <li>{link(errorsAddress, t.errors)}</li>
        </ul>
        {stages.map((stage) => {
          const kinds = shown.filter((one) => one.stage === stage);
          return (
            kinds.length > 0 && (
              <section key={stage}>
                <h3>
                  <StageFlag stage={stage} size={12} label={false} /> {stageTitle(stage)}
                </h3>
                <ul>
                  {kinds.map((one) => (
                    <li key={one.kind}>{link(one.kind, kindTitle(one))}</li>
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </nav>
      <div className="help-body">
        {page === errorsAddress ? (
          <ErrorsPage topic={topic} />
        ) : definition ? (
          <KindPage key={definition.kind} definition={definition} />
        ) : (
          <EmptyState text={id === '' ? t.choose : t.unknown(id)}>
            <Button onClick={() => navigate('help', 'data.file')}>{t.startWithData}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
