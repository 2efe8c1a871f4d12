import type { NetworkSettings } from '../../shared/rpc/shell-contract.ts';

const thisMachine = 'localhost,127.0.0.1,[::1]';

/**
 * How the engine reaches the network: its proxy and the authorities it trusts beside the usual ones, as Node reads them.
 * Endpoints of this machine are never asked through a proxy.
 */
export function networkVariables(
  { proxy, certificates }: NetworkSettings,
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const exceptions = environment['NO_PROXY'] ?? environment['no_proxy'];
  return {
    ...(proxy === ''
      ? {}
      : {
          HTTP_PROXY: proxy,
          HTTPS_PROXY: proxy,
          // Node reads the lower case first.
          http_proxy: proxy,
          https_proxy: proxy,
          NO_PROXY: exceptions ? `${exceptions},${thisMachine}` : thisMachine,
          no_proxy: exceptions ? `${exceptions},${thisMachine}` : thisMachine,
          NODE_USE_ENV_PROXY: '1',
        }),
    ...(certificates === '' ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
  };
}
