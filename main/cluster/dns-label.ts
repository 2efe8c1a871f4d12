import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const maxLabelLength = 63;
/** `-` and 6 hex digits. */
const suffixLength = 7;

/**
 * A DNS-1123 label (RFC 1123: lower-case letters, digits and `-`, at most 63 characters) for any text. Text that is no
 * label already gets a short hash, so that different texts stay different.
 */
export function toDnsLabel(text: string, maxLength: number = maxLabelLength): string {
  if (text.length <= maxLength && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text)) return text;
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxLength - suffixLength)
    .replace(/^-+|-+$/g, '');
  const hash = bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, suffixLength - 1);
  return readable === '' ? `x-${hash}` : `${readable}-${hash}`;
}

/** Of a step's container in a Job; its place in the plan keeps names apart where two ids give one label, and shows the order. */
export function containerLabel(stepId: string, index: number): string {
  return toDnsLabel(`${index + 1}-${stepId}`);
}

/** Of a step's task in a Workflow, where no name of a task may begin with a digit. */
export function taskLabel(stepId: string, index: number): string {
  return toDnsLabel(`step-${index + 1}-${stepId}`);
}

/** Of the task or container that stands for the shares of a step (trials, folds), by the step's own label. */
export function sharesLabel(label: string): string {
  return toDnsLabel(`${label}-shares`);
}

/** Of the container that stands for the items of a map. */
export function itemsLabel(id: string): string {
  return toDnsLabel(`${id}-items`);
}
