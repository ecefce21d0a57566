import { parseSync } from '@swc/core';

/** One small change of a source text: `from` at the UTF-16 offset `at` becomes `to`. `line` counts from 1. */
export interface Mutant {
  readonly at: number;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

interface Node {
  readonly type: string;
  readonly span: { readonly start: number; readonly end: number };
  readonly [member: string]: unknown;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '+=': ['-='],
  '-=': ['+='],
  '++': ['--'],
  '--': ['++'],
};

/** Where a cast stands, only what is cast is code. */
const CASTS = new Set(['TsAsExpression', 'TsNonNullExpression', 'TsSatisfiesExpression', 'TsConstAssertion']);
const SKIPPED = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'TemplateElement']);

/**
 * Returns the mutants of a TypeScript source, in the order of the text: operators, conditions, literals, anchors of patterns,
 * and calls and throws to drop. Left out are types, imports, and strings with a space in them: those are prose.
 * @param isJsx whether it is a `.tsx`, where `<T>(` begins an element
 * @throws when the text is no TypeScript
 */
export function mutantsOf(source: string, isJsx = false): readonly Mutant[] {
  // swc counts bytes over all files that it has parsed: the statement in front says where this one begins.
  const bytes = Buffer.from(`;${source}`);
  const program = parseSync(`;${source}`, { syntax: 'typescript', tsx: isJsx, target: 'esnext' }) as unknown as Node;
  const base = (program.body as readonly Node[])[0]?.span.start ?? 0;
  const found: Mutant[] = [];
  const text = (start: number, end: number): string => bytes.toString('utf8', start - base, end - base);
  const add = (start: number, from: string, to: string): void => {
    const before = text(base, start);
    found.push({ at: before.length - 1, line: before.split('\n').length, from, to });
  };
  const replace = ({ span }: Node, to: string): void => {
    add(span.start, text(span.start, span.end), to);
  };
  const operator = (from: number, to: number, name: unknown): void => {
    const sign = String(name);
    const place = bytes.subarray(from - base, to - base).indexOf(sign);
    if (place >= 0) for (const other of OPERATORS[sign] ?? []) add(from + place, sign, other);
  };

  const mutate = (node: Node): void => {
    const part = (name: string) => node[name] as Node;
    switch (node.type) {
      case 'BinaryExpression':
      case 'AssignmentExpression':
        operator(part('left').span.end, part('right').span.start, node.operator);
        break;
      case 'UpdateExpression':
        operator(node.span.start, node.span.end, node.operator);
        break;
      case 'UnaryExpression':
        if (node.operator === '!' || node.operator === '-') add(node.span.start, String(node.operator), '');
        break;
      case 'IfStatement':
      case 'ConditionalExpression':
        for (const value of ['true', 'false']) replace(part('test'), value);
        break;
      case 'WhileStatement':
        replace(part('test'), 'false');
        break;
      case 'BooleanLiteral':
        replace(node, String(node.value !== true));
        break;
      case 'NumericLiteral':
        replace(node, String(Number(node.value) + 1));
        break;
      case 'StringLiteral': {
        const value = String(node.value);
        if (!value.includes(' ')) replace(node, value === '' ? "'mutated'" : "''");
        break;
      }
      case 'RegExpLiteral': {
        const pattern = String(node.pattern);
        if (pattern.startsWith('^')) add(node.span.start + 1, '^', '');
        if (pattern.endsWith('$') && !pattern.endsWith('\\$')) {
          add(node.span.start + Buffer.byteLength(pattern), '$', '');
        }
        break;
      }
      case 'ThrowStatement':
        replace(node, ';');
        break;
      case 'ExpressionStatement': {
        const { type } = part('expression');
        if (type === 'CallExpression' || type === 'AwaitExpression') replace(node, ';');
      }
    }
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    if (typeof node.type === 'string') {
      if (CASTS.has(node.type)) {
        walk(node.expression);
        return;
      }
      if (SKIPPED.has(node.type) || node.type.startsWith('Ts')) return;
      mutate(node);
    }
    for (const [name, member] of Object.entries(node)) {
      // The name of a member, in quotes, is no value.
      if (name === 'key' && (member as Node | undefined)?.type === 'StringLiteral') continue;
      walk(member);
    }
  };
  walk(program.body);
  return found.sort((a, b) => a.at - b.at);
}

/** Returns the source with the change made. */
export function applyMutant(source: string, { at, from, to }: Mutant): string {
  return `${source.slice(0, at)}${to}${source.slice(at + from.length)}`;
}
