import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const separator = '--';
const longest = 63;

/**
 * Id of the step that a node inside a group becomes: `path` are the ids from the group's node down to it. A path always
 * gives the same id, `prep--scale`; one that is too long or could be read in two ways ends in a part of its hash.
 */
export function innerStepId(path: readonly string[], taken: (id: string) => boolean): string {
  const plain = path.join(separator);
  const clear = plain.length <= longest && !path.some((id) => id.includes(separator)) && !taken(plain);
  return clear
    ? plain
    : `${plain.slice(0, longest - 9)}-${bytesToHex(sha256(utf8ToBytes(path.join('/')))).slice(0, 8)}`;
}
