/**
 * Whether the whole text matches a pattern of SQL's LIKE: `%` stands for any characters, `_` for one. A mismatch goes back
 * to the last `%` alone, so the time is at most the product of both lengths, whatever the pattern.
 */
export function matchesLike(text: string, pattern: string): boolean {
  const characters = Array.from(text);
  const marks = Array.from(pattern);
  let at = 0;
  let mark = 0;
  let afterPercent = -1;
  let retryAt = 0;
  while (at < characters.length) {
    if (marks[mark] === '%') {
      afterPercent = ++mark;
      retryAt = at;
    } else if (mark < marks.length && (marks[mark] === '_' || marks[mark] === characters[at])) {
      mark++;
      at++;
    } else if (afterPercent >= 0) {
      mark = afterPercent;
      at = ++retryAt;
    } else return false;
  }
  while (marks[mark] === '%') mark++;
  return mark === marks.length;
}
