import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'main', 'electron');

/** What menus, the tray and message boxes show. */
const shownProperties = new Set([
  'label',
  'sublabel',
  'detail',
  'buttons',
  'goOn',
  'message',
  'title',
  'checkboxLabel',
]);
const showing = new Set(['showErrorBox', 'setToolTip', 'command']);
/** Their `message` goes to the app, which shows it in its own screens. */
const saysToTheApp = new Set(['remote-relay.ts', 'shell-requests.ts', 'app-updates.ts']);
const name = /^Slipway:?$/;

/** `file:line: text` of each literal with words inside of what is shown; texts that calls are given do not count. */
function findings(file: string, code: string): string[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const literals = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isFunctionLike(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (!/\p{L}{2,}/u.test(node.text) || name.test(node.text.trim())) return;
      found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${node.text}`);
    }
    ts.forEachChild(node, literals);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node)) {
      const property = node.name.getText(source);
      const toTheApp = property === 'message' && saysToTheApp.has(file);
      if (shownProperties.has(property) && !toTheApp) literals(node.initializer);
    }
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      const [first] = node.arguments;
      if (first && showing.has(called.getText(source))) literals(first);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('texts of the desktop shell', () => {
  it('sees what is written into menus and boxes', () => {
    const code =
      "command('New', 'x'); box({ label: 'File', buttons: [t.a, 'Quit'], detail: `${a} ended`, role: 'cut' });";
    expect(findings('a.ts', code)).toEqual(['a.ts:1: New', 'a.ts:1: File', 'a.ts:1: Quit', 'a.ts:1:  ended']);
  });

  it('leaves none outside the catalogue', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    expect(files).toContain('menu.ts');
    const checked = files.filter((file) => file !== 'shell-text.ts');
    expect(checked.flatMap((file) => findings(file, readFileSync(join(folder, file), 'utf8')))).toEqual([]);
  });
});
