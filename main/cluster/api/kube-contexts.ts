import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../../../shared/errors/app-error.ts';

export interface ClusterContext {
  name: string;
  cluster: string;
  server: string;
  namespace: string | null;
  current: boolean;
}

/** Where kubeconfig is looked for, as kubectl does: KUBECONFIG (several files are merged), else `~/.kube/config`. */
function kubeconfigFiles(env: NodeJS.ProcessEnv): string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return (named.length > 0 ? named : [join(env['HOME'] ?? homedir(), '.kube', 'config')]).filter((file) =>
    existsSync(file),
  );
}

/** Undefined where this machine has no kubeconfig. Throws `cluster.config` when it cannot be read. */
function readKubeConfig(env: NodeJS.ProcessEnv): KubeConfig | undefined {
  const files = kubeconfigFiles(env);
  if (files.length === 0) {
    if (!env['KUBERNETES_SERVICE_HOST']) return undefined;
    const inside = new KubeConfig();
    inside.loadFromCluster();
    return inside;
  }
  const [first, ...others] = files.map((file) => {
    const config = new KubeConfig();
    try {
      config.loadFromFile(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('cluster.config', `The kubeconfig ${file} cannot be read: ${reason}.`, {
        fix: 'Correct it, or name another in KUBECONFIG.',
        cause: error,
      });
    }
    return config;
  }) as [KubeConfig, ...KubeConfig[]];
  for (const other of others) {
    // As with kubectl, the first file that says something decides.
    for (const cluster of other.clusters) if (first.getCluster(cluster.name) === null) first.addCluster(cluster);
    for (const user of other.users) if (first.getUser(user.name) === null) first.addUser(user);
    for (const context of other.contexts) {
      if (first.getContextObject(context.name) === null) first.addContext(context);
    }
    first.currentContext ||= other.currentContext;
  }
  // There is no TLS to verify; the library would refuse such a server.
  first.clusters = first.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return first;
}

/** Contexts of this machine's kubeconfig; empty where there is none. */
export function listContexts(env: NodeJS.ProcessEnv = process.env): ClusterContext[] {
  const config = readKubeConfig(env);
  return (config?.contexts ?? []).map((context) => ({
    name: context.name,
    cluster: context.cluster,
    server: config?.getCluster(context.cluster)?.server ?? '',
    namespace: context.namespace ?? null,
    current: context.name === config?.currentContext,
  }));
}

/** The configuration with `context` chosen, or the current one. Throws `cluster.config`. */
export function chooseContext(context: string | undefined, env: NodeJS.ProcessEnv = process.env): KubeConfig {
  const config = readKubeConfig(env);
  if (config === undefined) {
    throw new AppError('cluster.config', 'There is no kubeconfig on this machine.', {
      fix: 'Name one in KUBECONFIG, or put it at ~/.kube/config.',
    });
  }
  const name = context ?? config.currentContext;
  const known = config.contexts.map((entry) => entry.name);
  if (!name || config.getContextObject(name) === null) {
    const what = name ? `has no context "${name}"` : 'has no current context';
    throw new AppError('cluster.config', `The kubeconfig ${what}.`, {
      fix: known.length === 0 ? 'Add one to it.' : `Use --context with one of: ${known.join(', ')}.`,
    });
  }
  config.setCurrentContext(name);
  if (config.getCurrentCluster() === null) {
    throw new AppError('cluster.config', `The context "${name}" names a cluster the kubeconfig does not hold.`);
  }
  return config;
}
