/** JSON pointer (RFC 6901) of path segments: `pointer('nodes', 'a/b')` is `/nodes/a~1b`. */
export function pointer(...segments: (string | number)[]): string {
  return segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
