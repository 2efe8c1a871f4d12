import { readFileSync } from 'node:fs';
import { createEngine } from '../../../main/engine/engine.ts';

// An engine to be killed: runs a graph and prints each event of the run as a line.
const [dataDir = '', graphPath = ''] = process.argv.slice(2);
const engine = await createEngine({ dataDir });
const { runId } = await engine.startRun({ document: JSON.parse(readFileSync(graphPath, 'utf8')), baseDir: dataDir });
for await (const event of engine.runEvents(runId, 0)) process.stdout.write(`${JSON.stringify(event)}\n`);
await engine.close();
