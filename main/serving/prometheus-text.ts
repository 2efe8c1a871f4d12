import type { Histogram } from './histogram-metric.ts';

type Labels = Readonly<Record<string, string>>;

/** Text exposition format 0.0.4, one metric family after the other. */
export class PrometheusText {
  #text = '';

  counter(name: string, help: string, samples: Iterable<{ labels: Labels; value: number }>): void {
    this.#head(name, help, 'counter');
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
        this.#text += `${name}_bucket${formatLabels({ ...labels, le })} ${cumulative}\n`;
      });
      this.#text += `${name}_sum${formatLabels(labels)} ${value.sum}\n`;
      this.#text += `${name}_count${formatLabels(labels)} ${cumulative}\n`;
    }
  }

  toString(): string {
    return this.#text;
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
