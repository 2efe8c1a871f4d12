/** The product's mark: a hull on its slipway under a flag. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" role="img" aria-label="Slipway">
      <path d="M2 19.5 22 13.5" stroke="currentColor" strokeWidth="1.8" fill="none" strokeLinecap="round" />
      <path d="M5.2 14.6 4 9.400l14.8-4.200c.3 3-.9 5.2-3.4 6.300z" fill="currentColor" />
      <path d="M11.4 5.600V2.400l4.2 1.4-4.2 1.4" fill="var(--signal)" />
    </svg>
  );
}
