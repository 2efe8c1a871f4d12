import type { FoundRequests, RequestSearch } from '../../shared/rpc/engine-contract.ts';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { t } from './text.ts';

type Compare = NonNullable<RequestSearch['compare']>;

const hours = ['1', '24', '168', 'all'] as const;

/** What the explorer asks for, as it stands in its form. */
export interface RequestFilters {
  id: string;
  column: string;
  compare: Compare;
  value: string;
  status: '' | NonNullable<RequestSearch['status']>;
  label: '' | NonNullable<RequestSearch['label']>;
  version: string;
  slower: string;
  period: (typeof hours)[number];
}

export const noFilters: RequestFilters = {
  id: '',
  column: '',
  compare: 'is',
  value: '',
  status: '',
  label: '',
  version: '',
  slower: '',
  period: '24',
};

/** The search of a form; what is empty restricts nothing. */
export function searchOf(filters: RequestFilters, nowMs: number): Omit<RequestSearch, 'limit' | 'offset'> {
  const { id, column, compare, value, status, label, version, slower, period } = filters;
  const slowerThanMs = Number(slower.trim().replace(',', '.'));
  return {
    ...(id.trim() === '' ? {} : { id: id.trim() }),
    ...(column === '' ? {} : { column, compare, value }),
    ...(status === '' ? {} : { status }),
    ...(label === '' ? {} : { label }),
    ...(version.trim() === '' ? {} : { version: version.trim() }),
    ...(slower.trim() === '' || !(slowerThanMs >= 0) ? {} : { slowerThanMs }),
    ...(period === 'all' ? {} : { fromMs: nowMs - Number(period) * 3_600_000 }),
  };
}

const comparisons = (): { value: Compare; label: string }[] => [
  { value: 'is', label: t.is },
  { value: 'is-not', label: t.isNot },
  { value: 'below', label: t.below },
  { value: 'above', label: t.above },
  { value: 'missing', label: t.isMissing },
];

interface RequestFormProps {
  filters: RequestFilters;
  found: FoundRequests | undefined;
  onChange: (filters: RequestFilters) => void;
}

export function outputName({ name, className }: FoundRequests['outputs'][number]): string {
  return className === null ? name : t.probabilityOf(className);
}

export function RequestForm({ filters, found, onChange }: RequestFormProps) {
  const set = (change: Partial<RequestFilters>) => onChange({ ...filters, ...change });
  const columns = [
    ...(found?.inputs ?? []).map((name) => ({ value: name, label: name })),
    ...(found?.outputs ?? []).map((output) => ({ value: output.name, label: outputName(output) })),
  ];
  const text = (label: string, name: 'id' | 'value' | 'version' | 'slower') => (
    <Field label={label}>
      {(ids) => (
        <input
          {...ids}
          className="input"
          value={filters[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Segmented
        label={t.since}
        value={filters.period}
        options={hours.map((each) => ({
          value: each,
          label: each === 'all' ? t.allTime : each === '168' ? t.daysBack(7) : t.hoursBack(each),
        }))}
        onChange={(period) => set({ period })}
      />
      {text(t.searchId, 'id')}
      <Field label={t.statusField}>
        {(ids) => (
          <Select
            {...ids}
            value={filters.status}
            options={[
              { value: '', label: t.anyStatus },
              { value: 'answered', label: t.answered },
              { value: 'failed', label: t.failedSeries },
            ]}
            onChange={(status) => set({ status })}
          />
        )}
      </Field>
      <Field label={t.labelField}>
        {(ids) => (
          <Select
            {...ids}
            value={filters.label}
            options={[
              { value: '', label: t.anyColumn },
              { value: 'with', label: t.withLabel },
              { value: 'wrong', label: t.wrongPrediction },
              { value: 'without', label: t.withoutLabel },
            ]}
            onChange={(label) => set({ label })}
          />
        )}
      </Field>
      {text(t.version, 'version')}
      {text(t.slowerThan, 'slower')}
      <Field label={t.column}>
        {(ids) => (
          <Select
            {...ids}
            value={filters.column}
            options={[{ value: '', label: t.anyColumn }, ...columns]}
            onChange={(column) => set({ column })}
          />
        )}
      </Field>
      {filters.column !== '' && (
        <>
          <Field label={t.comparison}>
            {(ids) => (
              <Select
                {...ids}
                value={filters.compare}
                options={comparisons()}
                onChange={(compare) => set({ compare })}
              />
            )}
          </Field>
          {filters.compare !== 'missing' && text(t.value, 'value')}
        </>
      )}
    </>
  );
}
