import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { GraphPicture } from '../canvas/graph-picture.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';

/** The picture of a template, drawn from its graph. */
export function TemplatePicture({ id }: { id: string }) {
  const { data } = useQuery(`template:${id}`, (signal) => engine.graph.openTemplate({ id }, { signal }));
  const document = data && readGraphValue(data.document, definitionOf).document;
  return <div className="template-frame">{document && <GraphPicture document={document} />}</div>;
}
