import type { EndpointHost } from '../serving/endpoint-host.ts';

/** True when every endpoint is live and answers its health check over the network, as a client would see it. */
export async function endpointsAnswer(host: EndpointHost): Promise<boolean> {
  const answers = await Promise.all(
    host.list().map(async ({ state, http }) => {
      if (state !== 'live' || http === null) return false;
      const answer = await fetch(new URL('/healthz', http));
      await answer.body?.cancel();
      return answer.ok;
    }),
  );
  return answers.every(Boolean);
}
