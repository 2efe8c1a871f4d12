import type { Column } from '../../shared/table/schema.ts';
import { language } from '../translation/language.ts';
import { formatCount, locale, localDigits } from '../ui/format.ts';
import { t } from './text.ts';

export interface CellText {
  text: string;
  /** Set by CSS class: numbers right, null grey. */
  kind: 'number' | 'text' | 'null';
}

const minus = '\u2212';

function numberText(value: number, whole: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : `${minus}∞`;
  if (whole) return formatCount(value).replace('-', minus);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return localDigits(value.toExponential(3).replaceAll('-', minus));
  const decimals = size >= 1000 ? 1 : size >= 100 ? 2 : size >= 1 ? 3 : 5;
  const rounded = Number(value.toFixed(decimals));
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: decimals }).format(rounded).replace('-', minus);
}

/** ISO 8601 without what says nothing: `2001-01-14`, `2001-01-14 07:20`, `2001-01-14 07:20:05.25`. */
export function timestampText(iso: string): string {
  const match = /^(-?\d{4,6}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?)?/.exec(iso);
  if (!match) return iso;
  const [, date = '', clock, seconds, fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (clock === undefined || (clock === '00:00' && (seconds ?? '00') === '00' && digits === '')) return date;
  const tail = digits !== '' ? `:${seconds}.${digits}` : seconds !== undefined && seconds !== '00' ? `:${seconds}` : '';
  return `${date} ${clock}${tail}`;
}

/** One cell of a table page as it stands in the grid. */
export function formatCell(value: unknown, column: Pick<Column, 'type'>): CellText {
  if (value === null || value === undefined) return { text: t.null, kind: 'null' };
  switch (column.type) {
    case 'int64':
      // Integers beyond 2^53 come as text, so that no digit is lost.
      if (typeof value === 'string')
        return { text: value.replace(/\B(?=(\d{3})+$)/g, language() === 'de' ? '.' : ','), kind: 'number' };
      return { text: numberText(Number(value), true), kind: 'number' };
    case 'float64':
      return { text: typeof value === 'number' ? numberText(value, false) : String(value), kind: 'number' };
    case 'bool':
      return { text: value === true ? t.yes : value === false ? t.no : String(value), kind: 'text' };
    case 'timestamp':
      return { text: timestampText(String(value)), kind: 'text' };
    case 'tensor':
    case 'other':
      return { text: typeof value === 'string' ? value : JSON.stringify(value), kind: 'text' };
    case 'string':
      return { text: String(value), kind: 'text' };
  }
}

/** Every digit of a cell, for its tooltip and the clipboard. */
export function fullCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
