import { featuresManifestSchema } from '../../shared/model/signature.ts';
import { formatCount, formatPlural } from '../ui/format.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { useArtifactJson } from './use-artifact-json.ts';
import { t } from './text.ts';

/** What a fitted pipeline gives: its features, their width and the raw columns they are computed from. */
export function FeaturesView({ digest }: { digest: string }) {
  const { data, error, refetch } = useArtifactJson(digest, 'features.json', featuresManifestSchema);
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <Skeleton waitsFor={t.theFeatures} />;
  const width = data.outputs.reduce((sum, output) => sum + output.width, 0);
  const types = new Map(data.inputs.map((input) => [input.name, input.type]));
  return (
    <div className="dock-scroll">
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.feature}</th>
            <th scope="col" className="n">
              {t.width}
            </th>
            <th scope="col">{t.computedFrom}</th>
            <th scope="col">{t.categories}</th>
          </tr>
        </thead>
        <tbody>
          {data.outputs.map((output) => (
            <tr key={output.name}>
              <td className="mono">{output.name}</td>
              <td className="n">{formatCount(output.width)}</td>
              <td>
                {output.sources.map((source) => (
                  <span key={source} className="chip">
                    <TypeGlyph type={types.get(source) ?? 'other'} />
                    {source}
                  </span>
                ))}
              </td>
              <td className="clip mute" title={output.categories?.join(', ')}>
                {output.categories === undefined
                  ? '–'
                  : `${formatCount(output.categories.length)}: ${output.categories.slice(0, 8).join(', ')}${output.categories.length > 8 ? ' …' : ''}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dock-foot mute small">
        {t.samePipeline(
          formatPlural(data.outputs.length, 'feature'),
          formatPlural(width, 'value'),
          formatPlural(data.inputs.length, 'rawColumn'),
        )}
      </p>
    </div>
  );
}
