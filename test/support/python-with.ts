import { execFileSync } from 'node:child_process';

/** The first Python of SLIPWAY_PEERS_PYTHON and python3 that can import the packages (`pandas, pyarrow`), or undefined. */
export function pythonWith(packages: string): string | undefined {
  for (const program of [process.env['SLIPWAY_PEERS_PYTHON'], 'python3']) {
    if (program === undefined) continue;
    try {
      execFileSync(program, ['-c', `import ${packages}`], { stdio: 'ignore' });
      return program;
    } catch {
      continue;
    }
  }
  return undefined;
}
