import type { Histogram } from './histogram-metric.ts';

type Labels = Readonly<Record<string, string>>;

export type MetricsFormat = 'text' | 'openmetrics';

export const metricsTypes: Readonly<Record<MetricsFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The format that a scraper asks for: OpenMetrics, which alone has exemplars, only where it is named. */
export function acceptedFormat(accept: string | undefined): MetricsFormat {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'text';
}

const totalSuffix = '_total';

/** Text exposition format 0.0.4, or OpenMetrics 1.0 with exemplars, one metric family after the other. */
export class PrometheusText {
  readonly #format: MetricsFormat;
  #text = '';

  constructor(format: MetricsFormat) {
    this.#format = format;
  }

  counter(name: string, help: string, samples: Iterable<{ labels: Labels; value: number }>): void {
    if (this.#format === 'text') this.#head(name, help, 'counter');
    // A counter of OpenMetrics ends with _total, its family does not; other names have no type there.
    else if (name.endsWith(totalSuffix)) this.#head(name.slice(0, -totalSuffix.length), help, 'counter');
    else this.#head(name, help, 'unknown');
    for (const { labels, value } of samples) this.#text += `${name}${formatLabels(labels)} ${value}\n`;
  }

  gauge(name: string, help: string, samples: Iterable<{ labels: Labels; value: number }>): void {
    this.#head(name, help, 'gauge');
    for (const { labels, value } of samples) this.#text += `${name}${formatLabels(labels)} ${value}\n`;
  }

  histogram(name: string, help: string, samples: Iterable<{ labels: Labels; value: Histogram }>): void {
    this.#head(name, help, 'histogram');
    for (const { labels, value } of samples) {
      let cumulative = 0;
      value.counts.forEach((count, i) => {
        cumulative += count;
        const le = i < value.bounds.length ? String(value.bounds[i]) : '+Inf';
        this.#text += `${name}_bucket${formatLabels({ ...labels, le })} ${cumulative}${this.#exemplar(value, i)}\n`;
      });
      this.#text += `${name}_sum${formatLabels(labels)} ${value.sum}\n`;
      this.#text += `${name}_count${formatLabels(labels)} ${cumulative}\n`;
    }
  }

  toString(): string {
    return this.#format === 'text' ? this.#text : `${this.#text}# EOF\n`;
  }

  #exemplar({ exemplars }: Histogram, bucket: number): string {
    const exemplar = exemplars[bucket];
    if (this.#format === 'text' || exemplar === undefined) return '';
    const { traceId, value, timeMs } = exemplar;
    return ` # ${formatLabels({ trace_id: traceId })} ${value} ${(timeMs / 1_000).toFixed(3)}`;
  }

  #head(name: string, help: string, type: string): void {
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }
}

function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join()}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
