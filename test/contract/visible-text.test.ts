import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const renderer = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'renderer');

/** Attributes and properties whose text a person sees or hears. */
const visibleAttributes = new Set(
  'title label aria-label aria-description aria-roledescription placeholder text words word hint note waitsFor alt heading subtitle unit caption summary description message detail headline xName yName'.split(
    ' ',
  ),
);
const visibleProperties = new Set(
  'label title text word headline detail note placeholder hint heading summary caption before after cause aside'.split(
    ' ',
  ),
);
/** Functions whose first argument is shown or read out. */
const saying = new Set(['announce', 'editGraph']);

/** Names and units that read the same in every language. */
const sameEverywhere =
  /^(CPU|GPU|RAM|SQL|HTTP|gRPC|JSON|CSV|PNG|SVG|URL|URI|ONNX|Slipway|Node|F1|RMSE|MAE|R²|ROC AUC|PR AUC|curl|Python|JavaScript|MLflow|Argo|Kubernetes|Triton|KServe|Redis|S3|px|ms|req\/s|GB|MB|kB|s3:\/\/\S+)$/;

function hasWords(text: string): boolean {
  const trimmed = text.trim();
  return /\p{L}{2,}/u.test(trimmed) && !sameEverywhere.test(trimmed) && !/^&\w+;$/.test(trimmed);
}

/** Literals with words that an expression may show: itself, or the ends of conditions and joins. */
function shownLiterals(node: ts.Node): ts.Node[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return hasWords(node.text) ? [node] : [];
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
    return parts.some(hasWords) ? [node] : node.templateSpans.flatMap((span) => shownLiterals(span.expression));
  }
  if (ts.isParenthesizedExpression(node)) return shownLiterals(node.expression);
  if (ts.isConditionalExpression(node)) return [...shownLiterals(node.whenTrue), ...shownLiterals(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const joins = [
      ts.SyntaxKind.AmpersandAmpersandToken,
      ts.SyntaxKind.BarBarToken,
      ts.SyntaxKind.QuestionQuestionToken,
      ts.SyntaxKind.PlusToken,
    ];
    return joins.includes(node.operatorToken.kind) ? [...shownLiterals(node.left), ...shownLiterals(node.right)] : [];
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(shownLiterals);
  return [];
}

function insideFunction(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isFunctionLike(at)) return true;
  }
  return false;
}

/** `file:line: text` for every visible literal, and for every catalogue text read once at the top of a module. */
function findings(file: string): string[] {
  const path = join(renderer, file);
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, kind);
  const found: string[] = [];
  const report = (node: ts.Node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${file}:${line + 1}: ${node.getText(source).trim().slice(0, 100)}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && hasWords(node.text)) report(node);
    if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) {
      shownLiterals(node.expression).forEach(report);
    }
    if (ts.isJsxAttribute(node) && node.initializer && visibleAttributes.has(node.name.getText(source))) {
      const value = ts.isJsxExpression(node.initializer) ? node.initializer.expression : node.initializer;
      if (value) shownLiterals(value).forEach(report);
    }
    if (ts.isPropertyAssignment(node) && visibleProperties.has(node.name.getText(source))) {
      shownLiterals(node.initializer).forEach(report);
    }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && saying.has(node.expression.text)) {
      const [first] = node.arguments;
      if (first) shownLiterals(first).forEach(report);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 't' &&
      !insideFunction(node)
    ) {
      report(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      !/\.test\.|\.d\.ts$|\/(?:form-|settings-|panels-)?text\.ts$|^translation\/german\//.test(file),
  );
describe('texts of the app', () => {
  it('sees the app', () => {
    expect(files.length).toBeGreaterThan(150);
  });

  it('leaves no visible text outside the catalogues', () => {
    expect(files.flatMap(findings).join('\n')).toBe('');
  });
});
