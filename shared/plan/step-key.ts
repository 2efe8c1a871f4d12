import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json.ts';
import type { KeyParts } from './plan.ts';

/** Key of a step: lower-case hex SHA-256 of its canonical parts. */
export function stepKey(parts: KeyParts): string {
  return bytesToHex(sha256(new TextEncoder().encode(canonicalJson(parts))));
}
