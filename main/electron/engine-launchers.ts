import { spawn } from 'node:child_process';
import { utilityProcess } from 'electron';
import type { EngineLauncher } from './engine-host.ts';

/** What the engine finds in its environment; read anew at each start, for secrets that were added since. */
type EngineVariables = () => NodeJS.ProcessEnv;

function definedVariables(environment: NodeJS.ProcessEnv): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) env[name] = value;
  return env;
}

/** Engine as a Node 24 child process; the default when the runtime's own Node is older than 22. */
export function nodeLauncher(node: string, entry: string, variables: EngineVariables): EngineLauncher {
  return (args) => {
    // The engine ends when this pipe does: a shell that was killed leaves no engine behind.
    const child = spawn(node, [entry, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...definedVariables(variables()), SLIPWAY_STOP_WITH_STDIN: '1' },
    });
    return {
      stdout: child.stdout,
      stderr: child.stderr,
      kill: () => child.kill(),
      onExit: (listener) => {
        child.on('exit', listener);
        child.on('error', () => listener(null));
      },
    };
  };
}

/** Engine in Electron's own utility process; its workers run in `node`, since this binary may not run scripts. */
export function utilityLauncher(entry: string, node: string, variables: EngineVariables): EngineLauncher {
  return (args) => {
    const child = utilityProcess.fork(entry, [...args], {
      stdio: 'pipe',
      serviceName: 'Slipway engine',
      env: { ...definedVariables(variables()), SLIPWAY_WORKER_NODE: node },
    });
    if (child.stdout === null || child.stderr === null) throw new Error('The utility process has no output streams.');
    return {
      stdout: child.stdout as NodeJS.ReadStream,
      stderr: child.stderr as NodeJS.ReadStream,
      kill: () => child.kill(),
      onExit: (listener) => child.on('exit', listener),
    };
  };
}

/** `SLIPWAY_ENGINE_NODE`, or the bundled Node where the runtime's own cannot load the engine's native packages. */
export function chooseLauncher(entry: string, bundledNode: string, variables: EngineVariables): EngineLauncher {
  const given = process.env['SLIPWAY_ENGINE_NODE'];
  if (given !== undefined && given !== '') return nodeLauncher(given, entry, variables);
  const major = Number(process.versions.node.split('.')[0]);
  return major < 22 ? nodeLauncher(bundledNode, entry, variables) : utilityLauncher(entry, bundledNode, variables);
}
