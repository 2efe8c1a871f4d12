import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { castTypes } from '../../lib/table-params.ts';

export const excelNode = defineNode({
  kind: 'data.excel',
  version: 1,
  stage: 'data',
  title: 'Excel',
  summary: 'Reads a table from a sheet of an Excel workbook',
  keywords: ['excel', 'xlsx', 'spreadsheet', 'workbook', 'sheet', 'office', 'source', 'import', 'read'],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe('Workbook (.xlsx); relative to the graph file, or absolute')
      .meta(paramMeta({ ui: { control: 'path', extensions: ['xlsx', 'xlsm'] } })),
    sheet: z.string().max(31).default('').describe('Name of the sheet; empty takes the first'),
    range: z
      .string()
      .regex(
        /^(?:[A-Za-z]{1,3}[1-9]\d{0,6}(?::[A-Za-z]{1,3}[1-9]\d{0,6})?)?$/,
        'must be like B3:F200, or B3 for all from there on',
      )
      .default('')
      .describe('Cells to read, such as B3:F200, or B3 for all from there on; empty takes all'),
    header: z.boolean().default(true).describe('The first row names the columns'),
    types: z
      .record(z.string(), z.enum(castTypes))
      .default({})
      .describe('Column → type, in place of the type found')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows of the sheet; empty rows are left out' } },
  },
  determinism: 'external',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 30, seconds: 3 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'A part of a sheet',
      params: { path: 'plan.xlsx', sheet: '2024', range: 'B3:F200' },
      note: 'Row 3 names the columns.',
    },
  ],
  help: `Reads one sheet of a workbook (.xlsx). Cells hold values as they were saved; formulas are not computed again.

A column whose cells are all numbers is a number (whole ones an integer), all dates a time, all true or false a truth value.
Anything mixed is text, with a warning; set \`types\` to decide. Empty cells are missing, empty rows are left out. A column
without a name is called after its letter; a name that comes twice gets a number.

Workbooks are read in memory: at most 100 MiB packed and 1 GiB unpacked. Save older .xls files as .xlsx.`,
});
