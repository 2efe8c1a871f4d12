import { spawn } from 'node:child_process';
import { utilityProcess } from 'electron';
import { appOrigin } from './app-protocol.ts';
import type { EngineLauncher } from './engine-host.ts';

/** The engine accepts its RPC from the desktop window's origin as well. */
function engineEnvironment(): Record<string, string> {
  const env: Record<string, string> = { SLIPWAY_APP_ORIGIN: appOrigin };
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return env;
}

/** Engine as a Node 24 child process; the default when the runtime's own Node is older than 22. */
export function nodeLauncher(node: string, entry: string): EngineLauncher {
  return (args) => {
    const child = spawn(node, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: engineEnvironment() });
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

/** Engine in Electron's own utility process. */
export function utilityLauncher(entry: string): EngineLauncher {
  return (args) => {
    const child = utilityProcess.fork(entry, [...args], {
      stdio: 'pipe',
      serviceName: 'Slipway engine',
      env: engineEnvironment(),
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

/** `SLIPWAY_ENGINE_NODE`, or a pinned Node where the runtime's own cannot load the engine's native packages. */
export function chooseLauncher(entry: string, fallbackNode: string): EngineLauncher {
  const given = process.env['SLIPWAY_ENGINE_NODE'];
  if (given !== undefined && given !== '') return nodeLauncher(given, entry);
  const major = Number(process.versions.node.split('.')[0]);
  return major < 22 ? nodeLauncher(fallbackNode, entry) : utilityLauncher(entry);
}
