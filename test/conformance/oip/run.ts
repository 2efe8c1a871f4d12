// `npm run conformance:oip -- --url URL [--grpc HOST:PORT] [--write-models DIR] [--json]`: tests any Open Inference
// Protocol server from outside. Exit code 0: nothing failed; 1: a case failed; 2: wrong use; 3: no server there.
import { parseArgs } from 'node:util';
import { allCases } from './all-cases.ts';
import { writeFixtureModels } from './fixture-models.ts';
import { GrpcClient } from './grpc-client.ts';
import { type CaseResult, runKit } from './kit.ts';

const usage = 'conformance:oip --url URL [--grpc HOST:PORT] [--write-models DIR] [--json]';

function options() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string' },
        grpc: { type: 'string' },
        'write-models': { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}

const { url, grpc: address, 'write-models': modelDir, json } = options();
if (modelDir !== undefined) {
  const names = await writeFixtureModels(modelDir);
  process.stderr.write(`${names.length} models written to ${modelDir}; let the server under test load them.\n`);
}
if (url === undefined) {
  if (modelDir === undefined) process.stderr.write(`${usage}\n`);
  process.exit(modelDir === undefined ? 2 : 0);
}
if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
  process.stderr.write(`--url ${url} is no http address.\n`);
  process.exit(2);
}

const line = ({ id, status, detail }: CaseResult) => `${status}  ${id}${detail === '' ? '' : `  (${detail})`}\n`;
const grpc = address === undefined ? undefined : new GrpcClient(address);
try {
  const report = await runKit({
    url,
    grpc,
    cases: allCases,
    onResult: (result) => {
      if (!json) process.stdout.write(line(result));
    },
  });
  const count = (status: CaseResult['status']) => report.cases.filter((result) => result.status === status).length;
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stderr.write(`${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped\n`);
  process.exitCode = count('fail') === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`No answer from ${url}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
} finally {
  grpc?.close();
}
