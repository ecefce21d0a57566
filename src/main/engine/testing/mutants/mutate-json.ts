import type { Random } from './random.ts';

/** A JSON value that can also be what no object can hold: a key twice, a number beyond doubles, any text at all. */
type Node = Scalar | List | Fields;
interface Scalar {
  raw: string;
}
interface List {
  list: Node[];
}
interface Fields {
  fields: [key: string, value: Node][];
}

const NUMBERS = ['0', '-0', '-1', '-2', '1', '7', '2147483647', '2147483648', '4294967295', '4294967296'].concat([
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '99999999999999999999999',
  '1.5',
  '1e3',
  '1e999',
  '01',
]);
const TEXTS = [
  '""',
  '"__proto__"',
  '"constructor"',
  '"../../x"',
  '"\\ud800"',
  '"\\u0000"',
  '"sha256:"',
  '"random:x"',
].concat([
  `"sha256:${'0'.repeat(64)}"`,
  `"sha256:${'F'.repeat(64)}"`,
  '"0001-01-01T00:00:00Z"',
  '"2024-02-30T25:61:61Z"',
  '"2024-01-01T00:00:00+99:99"',
]);
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'layers',
  'Layers',
  'layer\u017f',
  'digest',
  'inputs',
  'link',
  '',
];

/** The document with one to four changes that know JSON. */
export function mutateJson(random: Random, text: string, other: string): string {
  const root = toNode(JSON.parse(text) as unknown);
  const parts = () => allNodes(root);
  for (let left = 1 + random.below(4); left > 0; left -= 1)
    change(random, parts(), () => allNodes(toNode(JSON.parse(other) as unknown)));
  return toText(root);
}

function change(random: Random, all: readonly Node[], others: () => readonly Node[]): void {
  const node = random.pick(all);
  switch (random.below(12)) {
    case 0:
      become(node, { raw: 'null' });
      return;
    case 1:
      become(node, { raw: random.pick(NUMBERS) });
      return;
    case 2:
      become(node, { raw: String(random.below(40)) });
      return;
    case 3:
      become(node, { raw: random.pick(TEXTS) });
      return;
    case 4:
      become(node, random.pick<Node>([{ list: [] }, { fields: [] }, { raw: 'true' }, { raw: '' }]));
      return;
    case 5:
      become(node, { raw: nested(random.pick([10, 70, 20_000]), random.below(2) === 0) });
      return;
    case 6:
      become(node, { raw: repeated(toText(node), random.pick([2, 50, 3_000])) });
      return;
    case 7:
      become(node, clone(random.pick(all)));
      return;
    case 8:
      become(node, clone(random.pick(others())));
      return;
    case 9:
      editFields(random, random.pick(all.filter((each) => 'fields' in each).concat([{ fields: [] }])));
      return;
    default:
      editList(random, random.pick(all.filter((each) => 'list' in each).concat([{ list: [] }])));
      return;
  }
}

function editFields(random: Random, { fields }: Fields): void {
  const at = random.below(fields.length + 1);
  const here = fields[at];
  switch (random.below(5)) {
    case 0:
      fields.splice(at, 1);
      return;
    case 1:
      if (here) fields.push([here[0], clone(here[1])]);
      return;
    case 2:
      if (here) here[0] = random.pick([here[0].toUpperCase(), `${here[0]} `, random.pick(KEYS)]);
      return;
    case 3:
      fields.push([random.pick(KEYS), { raw: random.pick(NUMBERS) }]);
      return;
    default:
      fields.reverse();
  }
}

function editList(random: Random, { list }: List): void {
  const at = random.below(list.length + 1);
  const here = list[at];
  switch (random.below(4)) {
    case 0:
      list.splice(at, 1 + random.below(3));
      return;
    case 1:
      if (here) list.splice(random.below(list.length), 0, clone(here));
      return;
    case 2:
      list.reverse();
      return;
    default:
      list.push({ raw: random.pick([...NUMBERS, 'null', '[]', '{}']) });
  }
}

function nested(depth: number, inObjects: boolean): string {
  return inObjects ? `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}` : '['.repeat(depth) + ']'.repeat(depth);
}

function repeated(text: string, times: number): string {
  const count = Math.max(1, Math.min(times, Math.floor(2_000_000 / (text.length + 1))));
  return `[${Array.from({ length: count }, () => text).join()}]`;
}

function become(node: Node, other: Node): void {
  const bare = node as Partial<Scalar & List & Fields>;
  delete bare.raw;
  delete bare.list;
  delete bare.fields;
  Object.assign(node, other);
}

function toNode(value: unknown): Node {
  if (Array.isArray(value)) return { list: value.map(toNode) };
  if (typeof value === 'object' && value !== null) {
    return { fields: Object.entries(value).map(([key, field]) => [key, toNode(field)]) };
  }
  return { raw: JSON.stringify(value) };
}

function toText(node: Node): string {
  if ('raw' in node) return node.raw;
  if ('list' in node) return `[${node.list.map(toText).join()}]`;
  return `{${node.fields.map(([key, value]) => `${JSON.stringify(key)}:${toText(value)}`).join()}}`;
}

function clone(node: Node): Node {
  return structuredClone(node);
}

function allNodes(root: Node): Node[] {
  const all = [root];
  for (const node of all) {
    if ('list' in node) all.push(...node.list);
    if ('fields' in node) all.push(...node.fields.map(([, value]) => value));
  }
  return all;
}
