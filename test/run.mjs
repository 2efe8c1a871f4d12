// `npm test`: installs what is missing, then runs every check and every suite and prints one closing line.
// `--only NAME` (check, unit, boundary, e2e) runs one part.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureInstalled, pinnedNode, root, toolEnvironment } from '../main/launch/install.mjs';

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const parts = ['check', 'unit', 'boundary', 'e2e'];
if (process.argv.includes('--only') && !parts.includes(only)) {
  process.stderr.write(`--only takes one of ${parts.join(', ')}.\n`);
  process.exit(2);
}
const reports = join(root, '.cache', 'test-reports');

ensureInstalled();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const env = toolEnvironment();
const total = { passed: 0, failed: 0, skipped: 0 };
const failedNames = [];
const skippedNames = [];
const triedAgainNames = [];

function tool(script, args, more = {}) {
  return spawnSync(pinnedNode(), [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
  });
}

/** What went wrong, as much of it as names the place. */
function shortened(message) {
  return message
    .split('\n')
    .slice(0, 8)
    .map((line) => `    ${line.slice(0, 240)}`)
    .join('\n');
}

function check(name, run) {
  process.stdout.write(`\n── ${name}\n`);
  if (run().status === 0) {
    total.passed += 1;
  } else {
    total.failed += 1;
    failedNames.push(name);
  }
}

function suite(project) {
  process.stdout.write(`\n── ${project} tests\n`);
  const file = join(reports, `${project}.json`);
  const moreFile = join(reports, `${project}-more.json`);
  const reporters = ['default', 'json', join(root, 'test/run-reporter.ts')];
  const args = ['run', '--project', project, ...reporters.map((name) => `--reporter=${name}`)];
  const result = tool('vitest/vitest.mjs', [...args, `--outputFile.json=${file}`], {
    SLIPWAY_RUN_REPORT: moreFile,
  });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    total.failed += 1;
    failedNames.push(`${project}: the test runner did not finish`);
    return;
  }
  const more = existsSync(moreFile) ? JSON.parse(readFileSync(moreFile, 'utf8')) : { outside: [], triedAgain: [] };
  triedAgainNames.push(...more.triedAgain);
  let failures = 0;
  for (const testFile of report.testResults) {
    const path = relative(root, testFile.name);
    if (testFile.status === 'failed' && testFile.assertionResults.every((test) => test.status !== 'failed')) {
      failures += 1;
      failedNames.push(`${path}: failed outside of its tests\n${shortened(testFile.message)}`);
    }
    for (const test of testFile.assertionResults) {
      const name = `${path} > ${test.fullName}`;
      if (test.status === 'passed') total.passed += 1;
      else if (test.status === 'failed') {
        failures += 1;
        failedNames.push(`${name}\n${shortened(test.failureMessages.join('\n'))}`);
      } else {
        total.skipped += 1;
        skippedNames.push(name);
      }
    }
  }
  if (failures === 0 && result.status !== 0) {
    failures = 1;
    failedNames.push(
      [`${project}: the test runner reported an error outside of tests`, ...more.outside.map(shortened)].join('\n'),
    );
  }
  total.failed += failures;
}

const wants = (part) => only === undefined || only === part;
if (wants('check')) {
  check('types', () => tool('@typescript/native/bin/tsc', ['-b']));
  check('lint', () => tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']));
  check('format', () => tool('@biomejs/biome/bin/biome', ['format', '.']));
  check('imports', () =>
    spawnSync(pinnedNode(), [join(root, 'test/arch/check-imports.mjs')], { cwd: root, stdio: 'inherit', env }),
  );
  check('dead code', () => tool('knip/bin/knip.js', []));
}
if (wants('unit')) suite('unit');
if (wants('boundary')) suite('boundary');
if (wants('e2e')) suite('e2e');

if (skippedNames.length > 0)
  process.stdout.write(`\nSkipped:\n${skippedNames.map((name) => `  ${name}`).join('\n')}\n`);
if (triedAgainNames.length > 0)
  process.stdout.write(`\nPassed only at the second try:\n${triedAgainNames.map((name) => `  ${name}`).join('\n')}\n`);
if (failedNames.length > 0) process.stdout.write(`\nFailed:\n${failedNames.map((name) => `  ${name}`).join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
