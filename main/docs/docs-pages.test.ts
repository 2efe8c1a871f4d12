import { describe, expect, it } from 'vitest';
import { catalog } from '../../nodes/catalog.ts';
import { docsPages } from './docs-pages.ts';
import { markdownToHtml } from './html.ts';

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
      [...html.matchAll(/href="([^"#]+)"/g)]
        .map(([, href = '']) => new URL(href, `http://docs/${path}`).pathname.slice(1))
        .filter((target) => !Object.hasOwn(pages, target)),
    );
    expect(dead).toEqual([]);
  });

  it('writes what stands in texts, never as markup', () => {
    expect(markdownToHtml('# A <b>\n\n- `x < 1`\n- **two**\n\n```\n<script>\n```')).toBe(
      '<h3>A &lt;b&gt;</h3>\n<ul><li><code>x &lt; 1</code></li><li><b>two</b></li></ul>\n<pre>&lt;script&gt;</pre>',
    );
  });
});
