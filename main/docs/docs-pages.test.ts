import { describe, expect, it } from 'vitest';
import { catalog } from '../../nodes/catalog.ts';
import { docsPages } from './docs-pages.ts';
import { htmlTable, markdownToHtml } from './html.ts';

describe('the documentation site', () => {
  const pages = docsPages();

  it('has a page and an example graph for every kind', () => {
    for (const kind of Object.keys(catalog)) {
      expect(pages).toHaveProperty([`kinds/${kind}.html`]);
      expect(pages).toHaveProperty([`kinds/${kind}.slipway.json`]);
    }
  });

  it('has no link that leads nowhere', () => {
    const dead = Object.entries(pages).flatMap(([path, html]) =>
      [...html.matchAll(/href="(?!https:)([^"#]+)"/g)]
        .map(([, href = '']) => new URL(href, `http://docs/${path}`).pathname.slice(1))
        .filter((target) => !Object.hasOwn(pages, target)),
    );
    expect(dead).toEqual([]);
  });

  it('writes tables, numbered lists and links', () => {
    expect(markdownToHtml('| a | b |\n| --- | --- |\n| `1` | 2 |\n\n1. one\n2. two\n   more')).toBe(
      `${htmlTable(['a', 'b'], [['<code>1</code>', '2']])}\n<ol><li>one</li><li>two more</li></ol>`,
    );
    expect(markdownToHtml('See [SQL](https://duckdb.org/docs).')).toBe(
      '<p>See <a href="https://duckdb.org/docs">SQL</a>.</p>',
    );
  });

  it('writes what stands in texts, never as markup', () => {
    expect(markdownToHtml('# A <b>\n\n- `x < 1`\n- **two**\n\n```\n<script>\n```')).toBe(
      '<h3>A &lt;b&gt;</h3>\n<ul><li><code>x &lt; 1</code></li><li><b>two</b></li></ul>\n<pre>&lt;script&gt;</pre>',
    );
  });
});
