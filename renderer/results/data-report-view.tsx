import { z } from 'zod';
import { setParam } from '../state/graph-commands.ts';
import { Button } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { t } from './text.ts';

const expectationsSchema = z.looseObject({
  type: z.literal('expectations'),
  rows: z.number(),
  quarantinedRows: z.number(),
  expectations: z.array(
    z.looseObject({
      says: z.string(),
      onBreak: z.string(),
      broken: z.number(),
      found: z.string().optional(),
      examples: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
  suggested: z.array(z.record(z.string(), z.unknown())).optional(),
});

/** Reports of data steps. */
export const dataReportSchema = z.union([
  expectationsSchema,
  z.looseObject({ type: z.literal('join'), rows: z.number() }),
  z.looseObject({ type: z.literal('written'), rows: z.number() }),
]);

/** What was expected, what broke, and the rows that broke it; or a contract to take over. */
export function ExpectationsView({ report, nodeId }: { report: z.output<typeof expectationsSchema>; nodeId: string }) {
  const { expectations, suggested, quarantinedRows, rows } = report;
  return (
    <div className="dock-scroll result-view">
      {quarantinedRows > 0 && <p>{t.quarantinedRows(formatCount(quarantinedRows), formatCount(rows))}</p>}
      {expectations.length === 0 && <p className="mute">{t.noExpectations}</p>}
      {expectations.length > 0 && (
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t.expectation}</th>
              <th scope="col">{t.outcome}</th>
              <th scope="col">{t.exampleRows}</th>
            </tr>
          </thead>
          <tbody>
            {expectations.map((one, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows are their position
              <tr key={index}>
                <td>{one.says}</td>
                <td>{one.broken === 0 ? t.held : (one.found ?? t.brokenRows(one.broken))}</td>
                <td className="mono small">
                  {one.examples.map((example) => (
                    <div key={JSON.stringify(example)}>{JSON.stringify(example)}</div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {suggested && suggested.length > 0 && (
        <section>
          <h3>{t.suggestedContract}</h3>
          <ul className="mono small">
            {suggested.map((one) => (
              <li key={JSON.stringify(one)}>{JSON.stringify(withoutDefault(one))}</li>
            ))}
          </ul>
          <Button variant="primary" onClick={() => setParam(nodeId, 'expectations', suggested.map(withoutDefault))}>
            {t.useContract}
          </Button>
        </section>
      )}
    </div>
  );
}

function withoutDefault({ onBreak, ...expectation }: Record<string, unknown>): Record<string, unknown> {
  return onBreak === 'default' ? expectation : { ...expectation, onBreak };
}

/** The facts of a report, one below the other. */
export function FactsView({ report }: { report: Record<string, unknown> }) {
  return (
    <div className="dock-scroll result-view">
      <table className="list-table">
        <tbody>
          {Object.entries(report)
            .filter(([name]) => name !== 'type')
            .map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="mono small">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
