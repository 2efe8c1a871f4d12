import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputColumn } from '../../shared/model/signature.ts';
import { parseCsv } from './csv-text.ts';
import { answerFormat, readPredictBody, requestFormat, writePredictions } from './predict-body.ts';

const columns: InputColumn[] = [
  { name: 'amount', type: 'float64' },
  { name: 'origin', type: 'string' },
  { name: 'late', type: 'bool' },
  { name: 'pixels', type: 'tensor', size: 2 },
];

describe('parseCsv', () => {
  it('reads back what was quoted, whatever the text', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ä') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), (lines) => {
        const text = lines.map((cells) => cells.map((part) => `"${part.replaceAll('"', '""')}"`).join()).join('\r\n');
        expect(parseCsv(text, 100)).toEqual(lines);
      }),
      { seed: 2 },
    );
  });

  it('takes plain cells, both line ends and a byte order mark, and leaves empty lines out', () => {
    expect(parseCsv('\uFEFFa,b\r\n1,\n\n,2', 10)).toEqual([
      ['a', 'b'],
      ['1', ''],
      ['', '2'],
    ]);
  });

  it.each(['a"b', '"a', '"a"b,c', 'a,b\n"x'])('refuses %j', (text) => {
    expect(() => parseCsv(text, 10)).toThrow(expect.objectContaining({ code: 'request.invalid' }) as Error);
  });

  it('is bounded', () => {
    expect(() => parseCsv('a\n'.repeat(5), 4)).toThrow(expect.objectContaining({ code: 'request.too-large' }) as Error);
  });
});

describe('predict bodies', () => {
  it('reads the same rows from JSON, lines of JSON and CSV', () => {
    const rows = [
      { amount: 2.5, origin: 'SFO', late: true, pixels: [1, 2] },
      { amount: null, origin: 'a "b", c', late: false, pixels: null },
    ];
    const csv = 'amount,origin,late,pixels\n2.5,SFO,true,"[1,2]"\n,"a ""b"", c",0,\n';
    const bodies = { json: JSON.stringify({ rows }), ndjson: rows.map((row) => JSON.stringify(row)).join('\n'), csv };
    for (const [format, text] of Object.entries(bodies)) {
      const read = readPredictBody(Buffer.from(text), format as 'csv', columns);
      expect(read.rows.map((row) => ({ ...row }))).toEqual(rows);
    }
  });

  it('keeps text that is no number as text, so that the encoder can name it', () => {
    const { rows } = readPredictBody(Buffer.from('amount,late\nx,maybe\n1e3,FALSE'), 'csv', columns);
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { amount: 'x', late: 'maybe' },
      { amount: 1_000, late: false },
    ]);
  });

  it.each([
    ['csv', 'a,a\n1,2', /twice/],
    ['csv', 'a,b\n1', /Row 0 .* 1 cells/],
    ['csv', '', /no header/],
    ['ndjson', '{"a":1}\n{', /Line 2/],
    ['json', '[]', /"rows"/],
    ['json', '{"rows":[],"id":1}', /"id"/],
    ['json', `{"rows":[],"id":"${'x'.repeat(1_001)}"}`, /"id" has 1001 characters/],
  ] as const)('names what is wrong with %s %j', (format, text, message) => {
    expect(() => readPredictBody(Buffer.from(text), format, columns)).toThrow(message);
  });

  it('negotiates the formats', () => {
    expect(requestFormat('Text/CSV; charset=utf-8')).toBe('csv');
    expect(requestFormat(undefined)).toBe('json');
    expect(() => requestFormat('image/png')).toThrow(/image\/png/);
    expect(answerFormat('*/*', 'csv')).toBe('csv');
    expect(answerFormat('text/csv;q=0, application/x-ndjson', 'json')).toBe('ndjson');
    expect(answerFormat(undefined, 'json')).toBe('json');
  });

  it('writes predictions', () => {
    const about = { model_name: 'm', model_version: '1', id: 'i' };
    const scores = [
      { label: 'a,b', score: 0.25 },
      { label: 'c', score: 0.75 },
    ];
    const classes = [{ label: 'c', value: null, scores }];
    expect(writePredictions('csv', classes, about)).toBe('label,"score.a,b",score.c\nc,0.25,0.75\n');
    expect(writePredictions('ndjson', [{ label: null, value: 1.5, scores: [] }], about)).toBe('{"value":1.5}\n');
    expect(writePredictions('csv', [{ label: null, value: 1.5, scores: [] }], about)).toBe('value\n1.5\n');
    const interval = { lower: 1, upper: 2 };
    const none = { label: null, value: null, interval: { lower: null, upper: null }, scores: [] };
    const forecasts = [{ label: null, value: 1.5, interval, scores: [] }, none];
    expect(writePredictions('csv', forecasts, about)).toBe('value,lower,upper\n1.5,1,2\n,,\n');
    expect(writePredictions('ndjson', [none], about)).toBe('{"value":null,"lower":null,"upper":null}\n');
    expect(JSON.parse(writePredictions('json', classes, about))).toEqual({
      predictions: [{ label: 'c', scores }],
      ...about,
    });
  });
});
