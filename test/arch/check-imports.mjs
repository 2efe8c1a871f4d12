// Checks the import rules, and that the checker saw the sources at all: a cruise of nothing would be a green light.
import { cruise } from 'dependency-cruiser';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);
const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const folders = ['shared', 'nodes', 'main', 'renderer'];
const { output } = await cruise(folders, { ...options, ruleSet: { forbidden }, validate: true, outputType: 'json' });
const { modules, summary } = JSON.parse(output);
const own = modules.filter((module) => folders.some((folder) => module.source.startsWith(`${folder}/`)));
for (const violation of summary.violations) {
  const via = (violation.cycle ?? violation.via ?? []).map((step) => step.name ?? step).join(' → ');
  process.stdout.write(`${violation.rule.name}: ${violation.from} → ${violation.to}${via ? ` (${via})` : ''}\n`);
}
process.stdout.write(`${own.length} modules checked, ${summary.violations.length} violations\n`);
if (own.length < 50 || !own.some((module) => module.dependencies.length > 0)) {
  process.stdout.write('The checker saw too few modules; its set-up is broken.\n');
  process.exit(1);
}
process.exit(summary.violations.some((violation) => violation.rule.severity === 'error') ? 1 : 0);
