import type { ApplyResult } from '../../shared/rpc/cluster-schemas.ts';
import { formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** What an apply did or, after a dry run, would do; fields with before and after. */
export function ChangeList({ result }: { result: ApplyResult }) {
  const { applied, conflicts, pruned, dryRun } = result;
  const changed = applied.filter(({ action }) => action !== 'unchanged');
  return (
    <section className="cell" aria-label={t.changes}>
      <header>
        <h2>{dryRun ? t.dryRun : t.applied}</h2>
        <span className="mute small">
          {t.theSameNamespace(
            formatPlural(changed.length, 'change'),
            formatPlural(applied.length - changed.length, 'object'),
            result.namespace,
          )}
        </span>
      </header>
      {conflicts.length > 0 && (
        <div role="alert" className="cluster-conflicts">
          <p className="state-word failed">
            <Icon name="failed" small />
            {t.othersManage} {formatPlural(conflicts.length, 'field')} {t.nothingWritten}
          </p>
          <ul>
            {conflicts.map((conflict) => (
              <li key={`${conflict.kind}/${conflict.name}${conflict.field}`}>
                {conflict.kind}/{conflict.name} <span className="mono">{conflict.field}</span> {t.isManagedBy}{' '}
                {conflict.manager}
              </li>
            ))}
          </ul>
        </div>
      )}
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.object}</th>
            <th scope="col">{dryRun ? t.wouldBe : t.was}</th>
            <th scope="col">{t.fields}</th>
          </tr>
        </thead>
        <tbody>
          {[
            ...applied.map((object) => ({ object, word: t.actions[object.action] as string, changes: object.changes })),
            ...pruned.map((object) => ({ object, word: t.removed, changes: [] })),
          ].map(({ object, word, changes }) => (
            <tr key={`${object.kind}/${object.name}`}>
              <td>
                {object.kind}/{object.name}
              </td>
              <td>{word}</td>
              <td className="cluster-fields">
                {changes.map((change) => (
                  <div key={change.path}>
                    <span className="mono">{change.path}</span> {valueText(change.before)} → {valueText(change.after)}
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
