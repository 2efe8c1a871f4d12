import { metricName } from '../translation/metric-names.ts';
import { formatFull, formatMetric } from '../ui/format.ts';
import type { ComparedVariants } from './compared-variants.ts';
import { t } from './text.ts';

/** A row per variant, a column per metric. */
export function VariantTable({ compared, titles }: { compared: ComparedVariants; titles: (id: string) => string }) {
  return (
    <section className="run-variants">
      <h3 className="cell-title">{t.variantsAt(titles(compared.of))}</h3>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.settings}</th>
            {compared.metrics.map((metric) => (
              <th key={metric} scope="col" className="n">
                {metricName(metric)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {compared.rows.map(({ step, variant, values }) => (
            <tr key={step}>
              <th scope="row">
                {variant === undefined ? t.asTheyAre : t.variantOf(variant.name, titles(variant.node))}
              </th>
              {compared.metrics.map((metric) => {
                const value = values[metric];
                return (
                  <td key={metric} className="n" title={value === undefined ? undefined : formatFull(value)}>
                    {value === undefined ? '–' : formatMetric(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
