/** Token of the sounding ramp, shallow (0) to deep (7). */
export type SoundingLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Level of a share of the deepest value; out of range is clamped, no number is 0. */
export function soundingLevel(share: number): SoundingLevel {
  if (!(share > 0)) return 0;
  return Math.min(7, Math.max(1, Math.ceil(share * 7))) as SoundingLevel;
}

const readableLevels: readonly SoundingLevel[] = [0, 1, 2, 3, 6, 7];

/** Like `soundingLevel`, without the middle tones on which neither ink nor paper reaches 4.5 : 1. */
export function readableSoundingLevel(share: number): SoundingLevel {
  if (!(share > 0)) return 0;
  const index = Math.min(readableLevels.length - 1, Math.max(1, Math.ceil(share * (readableLevels.length - 1))));
  return readableLevels[index] ?? 0;
}
