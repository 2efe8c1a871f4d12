import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface EngineMessage {
  /** Its English, with `{1}`, `{2}` … for values and `{1*}` for parts that are texts themselves. */
  template: string;
  /** `file:line` of every place that says it. */
  places: string[];
}

type Part = string | { texts: boolean };
interface Said {
  parts: Part[];
  at: ts.Node;
}
type Callable = ts.FunctionLikeDeclaration;

const mostVariants = 8;
const mostDepth = 12;

/** A word or more, in letters. */
function hasWords(parts: readonly Part[]): boolean {
  return parts.some((part) => typeof part === 'string' && /\p{L}{2,}/u.test(part));
}

/** Prose rather than a name: two words, or one that begins a sentence or ends it. */
function isProse({ parts }: Said): boolean {
  const text = parts.map((part) => (typeof part === 'string' ? part : '0')).join('');
  return (
    hasWords(parts) &&
    /\s/.test(text.trim()) &&
    !/^[\s\W]*(SELECT|CREATE|WHERE|FROM|COPY|INSERT|UPDATE|DELETE|DROP|WITH|ORDER BY) | AS q$/.test(text)
  );
}

function merged(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else out.push(part);
  }
  return out;
}

function templateOf(parts: readonly Part[]): string {
  let slot = 0;
  return parts.map((part) => (typeof part === 'string' ? part : `{${++slot}${part.texts ? '*' : ''}}`)).join('');
}

export interface ExtractOptions {
  /** Repository-relative sources. */
  files: readonly string[];
  /** Names of properties whose value a person reads, by prefix of the file (the empty one: everywhere). */
  properties: readonly { under: string; names: readonly string[] }[];
  /** Calls whose argument a person reads, by how they are written. */
  calls: readonly { under?: string; written: RegExp; from: number }[];
  /** Names of properties that carry a part of a message to another file. */
  handedOn: readonly string[];
  /** Classes of errors whose first argument ends in a message. */
  errors: readonly string[];
}

export function sourceFiles(folders: readonly string[], leftOut: readonly RegExp[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter(
        (path) => path.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$/.test(path) && !leftOut.some((x) => x.test(path)),
      )
      .toSorted(),
  );
}

/**
 * What the engine says to people, from its sources: the arguments of errors and named properties, followed through
 * conditions, constants, functions that return texts and functions that hand their arguments on.
 */
export function extractMessages(options: ExtractOptions): EngineMessage[] {
  const sources = new Map(
    options.files.map((file) => [
      file,
      ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true),
    ]),
  );
  const declared = new Map<string, Map<string, ts.Node>>();
  const imported = new Map<string, Map<string, { file: string; name: string }>>();
  for (const [file, source] of sources) {
    const names = new Map<string, ts.Node>();
    const imports = new Map<string, { file: string; name: string }>();
    for (const statement of source.statements) {
      if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
        names.set(statement.name.text, statement);
      if (ts.isVariableStatement(statement))
        for (const { name, initializer } of statement.declarationList.declarations)
          if (ts.isIdentifier(name) && initializer) names.set(name.text, initializer);
      if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
        const from = statement.moduleSpecifier.text;
        const bindings = statement.importClause?.namedBindings;
        if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
        for (const { name, propertyName } of bindings.elements)
          imports.set(name.text, {
            file: posix.join(posix.dirname(file), from),
            name: (propertyName ?? name).text,
          });
      }
    }
    declared.set(file, names);
    imported.set(file, imports);
  }

  const fileOf = (node: ts.Node): string => node.getSourceFile().fileName;

  /** What a name stands for where it is used: a parameter, an initializer, a function or a class. */
  function resolve(name: string, from: ts.Node): ts.Node | undefined {
    for (let at: ts.Node | undefined = from.parent; at; at = at.parent) {
      if (ts.isFunctionLike(at)) {
        for (const parameter of at.parameters) if (binds(parameter.name, name)) return parameter;
      }
      if (ts.isBlock(at) || ts.isCaseOrDefaultClause(at)) {
        for (const statement of at.statements) {
          if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return statement;
          if (!ts.isVariableStatement(statement)) continue;
          for (const declaration of statement.declarationList.declarations)
            if (binds(declaration.name, name)) return declaration;
        }
      }
      if (ts.isForOfStatement(at) && ts.isVariableDeclarationList(at.initializer)) {
        for (const declaration of at.initializer.declarations) if (binds(declaration.name, name)) return declaration;
      }
    }
    const file = fileOf(from);
    const own = declared.get(file)?.get(name);
    if (own) return own;
    const origin = imported.get(file)?.get(name);
    return origin && declared.get(origin.file)?.get(origin.name);
  }

  function binds(pattern: ts.BindingName, name: string): boolean {
    if (ts.isIdentifier(pattern)) return pattern.text === name;
    return pattern.elements.some((element) => ts.isBindingElement(element) && binds(element.name, name));
  }

  /** The function that a call reaches, where the sources tell. */
  function calledBy(call: ts.CallExpression | ts.NewExpression): Callable | ts.ClassDeclaration | undefined {
    const callee = call.expression;
    if (ts.isIdentifier(callee)) return callable(resolve(callee.text, call));
    if (ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword) {
      for (let at: ts.Node | undefined = call.parent; at; at = at.parent) {
        if (ts.isClassLike(at)) {
          const member = at.members.find((entry) => entry.name?.getText() === callee.name.text);
          return member && ts.isMethodDeclaration(member) ? member : undefined;
        }
      }
    }
    return undefined;
  }

  function callable(node: ts.Node | undefined): Callable | ts.ClassDeclaration | undefined {
    if (!node) return undefined;
    if (ts.isFunctionLike(node) && 'body' in node) return node as Callable;
    if (ts.isClassDeclaration(node)) return node;
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isFunctionLike(node.initializer))
      return node.initializer as Callable;
    return undefined;
  }

  const callsOf = new Map<ts.Node, (ts.CallExpression | ts.NewExpression)[]>();
  const unresolved: (ts.CallExpression | ts.NewExpression)[] = [];
  const nodes: ts.Node[] = [];
  const propertiesIn = new Map<string, ts.PropertyAssignment[]>();
  for (const source of sources.values()) {
    const visit = (node: ts.Node): void => {
      nodes.push(node);
      if (ts.isPropertyAssignment(node)) {
        const key = `${source.fileName} ${node.name.getText()}`;
        propertiesIn.set(key, [...(propertiesIn.get(key) ?? []), node]);
      }
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
        const target = calledBy(node);
        if (target) callsOf.set(target, [...(callsOf.get(target) ?? []), node]);
        else if (ts.isIdentifier(node.expression)) unresolved.push(node);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }

  // Functions handed on as arguments: the parameter stands for what the callers give.
  for (const call of unresolved) {
    const parameter = resolve(call.expression.getText(), call);
    if (!parameter || !ts.isParameter(parameter) || !ts.isIdentifier(parameter.name)) continue;
    const index = parameter.parent.parameters.indexOf(parameter);
    for (const outer of callsOf.get(parameter.parent) ?? []) {
      const given = outer.arguments?.[index];
      const target = given && (ts.isIdentifier(given) ? callable(resolve(given.text, given)) : callable(given));
      if (target) callsOf.set(target, [...(callsOf.get(target) ?? []), call]);
    }
  }

  const messages = new Map<string, EngineMessage>();
  const active = new Set<ts.Node>();
  const handedOn = new Map<string, Said[]>();

  function record({ parts, at }: Said): void {
    const template = templateOf(parts);
    const source = at.getSourceFile();
    const place = `${source.fileName}:${source.getLineAndCharacterOfPosition(at.getStart()).line + 1}`;
    const message = messages.get(template) ?? { template, places: [] };
    if (!message.places.includes(place)) message.places.push(place);
    messages.set(template, message);
  }

  const slot = (at: ts.Node, texts = false): Said => ({ parts: [{ texts }], at });

  /** Everything an expression may say. */
  function saidBy(node: ts.Expression, depth = 0): Said[] {
    if (depth > mostDepth || active.has(node)) return [slot(node)];
    active.add(node);
    try {
      return saidByNew(node, depth);
    } finally {
      active.delete(node);
    }
  }

  function saidByNew(node: ts.Expression, depth: number): Said[] {
    if (ts.isStringLiteralLike(node)) return [{ parts: [node.text], at: node }];
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node))
      return saidBy(node.expression, depth);
    if (ts.isAwaitExpression(node)) return saidBy(node.expression, depth);
    if (ts.isConditionalExpression(node))
      return [...saidBy(node.whenTrue, depth + 1), ...saidBy(node.whenFalse, depth + 1)];
    if (ts.isTemplateExpression(node)) {
      let said: Said[] = [{ parts: [node.head.text], at: node }];
      for (const span of node.templateSpans) {
        said = joined(said, inside(span.expression, depth + 1, said.length), node);
        said = said.map(({ parts, at }) => ({ parts: [...parts, span.literal.text], at }));
      }
      return said.map(({ parts, at }) => ({ parts: merged(parts), at }));
    }
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind;
      if (operator === ts.SyntaxKind.PlusToken) {
        const left = inside(node.left, depth + 1, 1);
        return joined(left, inside(node.right, depth + 1, left.length), node).map(({ parts, at }) => ({
          parts: merged(parts),
          at,
        }));
      }
      if (operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.BarBarToken)
        return [...saidBy(node.left, depth + 1), ...saidBy(node.right, depth + 1)];
      if (operator === ts.SyntaxKind.AmpersandAmpersandToken) return saidBy(node.right, depth + 1);
      return [slot(node)];
    }
    if (ts.isIdentifier(node)) {
      if (node.text === 'undefined') return [];
      const target = resolve(node.text, node);
      if (!target) return [slot(node)];
      if (ts.isParameter(target)) return saidByParameter(target, node.text, depth);
      if (ts.isVariableDeclaration(target)) return saidByVariable(target, node, depth);
      return ts.isFunctionLike(target) || ts.isClassDeclaration(target)
        ? [slot(node)]
        : saidBy(target as ts.Expression, depth + 1);
    }
    if (ts.isElementAccessExpression(node)) return saidByTable(node.expression, depth);
    if (ts.isPropertyAccessExpression(node)) {
      if (/^(message|length|name|id|kind|type|path|title|text|fix|person)$/.test(node.name.text)) return [slot(node)];
      return saidByProperty(node.name.text, node, depth);
    }
    if (ts.isArrayLiteralExpression(node) && node.elements.length > 0)
      return node.elements.flatMap((entry) => saidBy(ts.isSpreadElement(entry) ? entry.expression : entry, depth + 1));
    if (ts.isCallExpression(node)) {
      const callee = node.expression;
      if (ts.isPropertyAccessExpression(callee)) {
        const of = callee.expression;
        if (callee.name.text === 'join') return saidByJoin(of, depth);
        if (callee.name.text === 'filter') return saidBy(of, depth);
        if (/^(map|flatMap)$/.test(callee.name.text)) {
          const [each] = node.arguments;
          return each && ts.isFunctionLike(each)
            ? returnsOf(each as Callable).flatMap((end) => saidBy(end, depth + 1))
            : [slot(node)];
        }
        if (/^(replaceAll|replace|trim|at|slice)$/.test(callee.name.text)) return [slot(node)];
      }
      const target = calledBy(node);
      if (target && !ts.isClassDeclaration(target)) return returnsOf(target).flatMap((end) => saidBy(end, depth + 1));
    }
    return [slot(node)];
  }

  function saidByVariable(target: ts.VariableDeclaration, node: ts.Expression, depth: number): Said[] {
    const list = target.parent;
    if (!ts.isIdentifier(target.name) || !target.initializer) return [slot(node)];
    if (!ts.isVariableDeclarationList(list) || ts.isForOfStatement(list.parent)) return [slot(node)];
    const said = saidBy(target.initializer, depth + 1);
    return list.flags & ts.NodeFlags.Const ? said : [...said.filter(isProse), slot(node)];
  }

  /** Texts put together: each is a text of its own. */
  function saidByJoin(list: ts.Expression, depth: number): Said[] {
    let at: ts.Expression = list;
    while (
      ts.isCallExpression(at) &&
      ts.isPropertyAccessExpression(at.expression) &&
      /^(filter)$/.test(at.expression.name.text)
    )
      at = at.expression.expression;
    let texts = false;
    for (const said of saidBy(at, depth + 1)) {
      if (!isProse(said)) continue;
      record({ ...said, parts: merged(said.parts) });
      texts = true;
    }
    return [slot(list, texts)];
  }

  /** A value of a table written out: `words[key]`. */
  function saidByTable(table: ts.Expression, depth: number): Said[] {
    const target = ts.isIdentifier(table) ? resolve(table.text, table) : table;
    const initializer = target && ts.isVariableDeclaration(target) ? target.initializer : target;
    let at = initializer;
    while (at && (ts.isAsExpression(at) || ts.isSatisfiesExpression(at) || ts.isParenthesizedExpression(at)))
      at = at.expression;
    if (!at) return [slot(table)];
    if (!ts.isObjectLiteralExpression(at) || at.properties.length === 0) return [slot(table)];
    return at.properties.flatMap((entry) =>
      ts.isPropertyAssignment(entry) ? saidBy(entry.initializer, depth + 1) : [slot(entry)],
    );
  }

  function saidByProperty(name: string, from: ts.Node, depth: number): Said[] {
    const anywhere = options.handedOn.includes(name);
    const known = anywhere ? handedOn.get(name) : undefined;
    if (known) return known;
    const assigned = anywhere
      ? [...propertiesIn].flatMap(([key, entries]) => (key.endsWith(` ${name}`) ? entries : []))
      : (propertiesIn.get(`${fileOf(from)} ${name}`) ?? []);
    const said = assigned.flatMap((entry) => saidBy(entry.initializer, depth + 1));
    const ends = said.some(isProse) ? said : [slot(from)];
    if (anywhere) handedOn.set(name, ends);
    return ends;
  }

  function saidByParameter(parameter: ts.ParameterDeclaration, name: string, depth: number): Said[] {
    const owner = parameter.parent;
    const index = owner.parameters.indexOf(parameter);
    const target = ts.isConstructorDeclaration(owner) ? owner.parent : owner;
    const said: Said[] =
      parameter.initializer && ts.isIdentifier(parameter.name) ? saidBy(parameter.initializer, depth + 1) : [];
    for (const call of callsOf.get(target) ?? []) {
      const argument = call.arguments?.[index];
      if (!argument) continue;
      if (ts.isIdentifier(parameter.name)) said.push(...saidBy(argument, depth + 1));
      else if (ts.isObjectLiteralExpression(argument)) {
        const field = fieldBoundTo(parameter.name, name);
        for (const entry of argument.properties)
          if (ts.isPropertyAssignment(entry) && entry.name.getText() === field)
            said.push(...saidBy(entry.initializer, depth + 1));
      }
    }
    if (
      said.length === 0 &&
      !ts.isIdentifier(parameter.name) &&
      options.handedOn.includes(fieldBoundTo(parameter.name, name))
    )
      return saidByProperty(fieldBoundTo(parameter.name, name), parameter, depth);
    return said.length === 0 ? [slot(parameter)] : said;
  }

  function fieldBoundTo(pattern: ts.BindingName, name: string): string {
    if (ts.isIdentifier(pattern)) return name;
    for (const element of pattern.elements)
      if (ts.isBindingElement(element) && ts.isIdentifier(element.name) && element.name.text === name)
        return (element.propertyName ?? element.name).getText();
    return name;
  }

  function returnsOf(target: Callable): ts.Expression[] {
    if (!target.body) return [];
    if (!ts.isBlock(target.body)) return [target.body];
    const ends: ts.Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) return;
      if (ts.isReturnStatement(node) && node.expression) ends.push(node.expression);
      ts.forEachChild(node, visit);
    };
    visit(target.body);
    return ends;
  }

  /** What stands inside a longer text: its few variants, or a slot. */
  function inside(node: ts.Expression, depth: number, variants: number): Said[] {
    const said = saidBy(node, depth);
    const literal = said.every(({ parts }) => parts.every((part) => typeof part === 'string'));
    const unique = [...new Map(said.map((entry) => [templateOf(entry.parts), entry])).values()];
    const direct = isWritten(node);
    if (
      unique.length > 0 &&
      (direct || literal) &&
      unique.length * variants <= mostVariants &&
      (direct || unique.length <= 4)
    )
      return unique;
    const prose = unique.filter(
      (entry) => hasWords(entry.parts) && (isProse(entry) || /^\p{L}+$/u.test(templateOf(entry.parts))),
    );
    if (!unique.some((entry) => isProse(entry))) return [slot(node)];
    prose.forEach(record);
    return [slot(node, true)];
  }

  /** Written in place, rather than said elsewhere. */
  function isWritten(node: ts.Expression): boolean {
    if (ts.isParenthesizedExpression(node)) return isWritten(node.expression);
    if (ts.isConditionalExpression(node)) return isWritten(node.whenTrue) || isWritten(node.whenFalse);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
      return isWritten(node.left) || isWritten(node.right);
    return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
  }

  function joined(left: readonly Said[], right: readonly Said[], at: ts.Node): Said[] {
    return left.flatMap((before) => right.map((after) => ({ parts: [...before.parts, ...after.parts], at })));
  }

  function say(node: ts.Expression | undefined): void {
    if (!node) return;
    for (const said of saidBy(node)) if (isProse(said)) record({ ...said, parts: merged(said.parts) });
  }

  for (const node of nodes) {
    const file = fileOf(node);
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
      if (node.expression.text === 'AppError') say(node.arguments?.[1]);
      else if (options.errors.includes(node.expression.text)) say(node.arguments?.[0]);
    }
    if (ts.isPropertyAssignment(node)) {
      const name = node.name.getText();
      if (options.properties.some(({ under, names }) => file.startsWith(under) && names.includes(name)))
        say(node.initializer);
    }
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = node.name.text;
      if (options.properties.some(({ under, names }) => file.startsWith(under) && names.includes(name))) say(node.name);
    }
    if (ts.isCallExpression(node)) {
      const written = node.expression.getText();
      for (const call of options.calls)
        if (file.startsWith(call.under ?? '') && call.written.test(written))
          node.arguments.slice(call.from).forEach(say);
    }
  }
  return [...messages.values()];
}
