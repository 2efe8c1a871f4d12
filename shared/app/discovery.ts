/** DNS-SD service type of engines that announce themselves (RFC 6763). */
export const engineService = '_slipway._tcp.local';

/** An engine found on the local network; its token has to be known. */
export interface FoundEngine {
  name: string;
  url: string;
}
