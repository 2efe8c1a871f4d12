/** Whether a host name or address means this machine only. IPv6 without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/**
 * Whether a request to a server on a loopback address really was meant for this machine. A page of some website can make
 * its own name resolve to 127.0.0.1 (DNS rebinding) and then read every answer; its requests still carry that name in
 * `Host`, and its origin in `Origin`.
 */
export function isLocalRequest(host: string | undefined, origin: string | undefined): boolean {
  if (host === undefined || !isLoopback(hostName(host))) return false;
  return origin === undefined || isLoopbackOrigin(origin);
}

/** Name in a `Host` header, without port and brackets. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase();
}

function isLoopbackOrigin(origin: string): boolean {
  const authority = /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
  return authority !== undefined && isLoopback(hostName(authority));
}
