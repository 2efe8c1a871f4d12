/** What a page about a kind says in German. */
export interface GermanKind {
  summary: string;
  /** Markdown. */
  help: string;
}
