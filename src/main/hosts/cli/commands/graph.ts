import { Option } from 'commander';
import { formatBytes, formatCount } from '../../../../shared/base/bytes.ts';
import type { Graph } from '../../../../shared/model/graph.ts';
import type { CliContext, Register } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortId } from '../format/cells.ts';
import { writeJson } from '../format/json.ts';
import { writeTable } from '../format/table.ts';
import { parseCount, withCatalog, withJson } from '../options.ts';
import { openSource } from '../sources.ts';

interface GraphOptions {
  readonly json?: boolean;
  readonly from: string;
  readonly depth: number;
  readonly direction: 'inputs' | 'users' | 'both';
}

const DIRECTIONS = ['inputs', 'users', 'both'] as const;

/** Far more than anybody draws; what was cut is said. */
const MAX_NODES = 100_000;
const MAX_EDGES = 1_000_000;
const MAX_DEPTH = 10_000;

/** `graph SOURCE --from ID`: the records around one record, and the links between them. */
export const registerGraph: Register = (program, bind) => {
  withJson(withCatalog(program.command('graph')))
    .description('the link graph around a record')
    .argument('<source>', 'a folder, a tar, or a reference')
    .requiredOption('--from <id>', 'id or digest of a record, or its first digits')
    .addOption(new Option('--depth <n>', 'how many links away').default(2).argParser(parseCount))
    .addOption(new Option('--direction <way>', 'which links to follow').choices(DIRECTIONS).default('both'))
    .action(bind(graph));
};

async function graph(context: CliContext, location: string, options: GraphOptions): Promise<ExitCode> {
  const client = await context.engine();
  const source = await openSource(context, client, location);
  const found = await client.graph.neighbourhood({
    sourceId: source.id,
    from: options.from,
    depth: Math.min(options.depth, MAX_DEPTH),
    direction: options.direction,
    maxNodes: MAX_NODES,
    maxEdges: MAX_EDGES,
  });
  if (options.json) await writeJson(context.out, found);
  else await writeGraph(context, found);
  if (found.truncated) await context.note(`Only the nearest ${formatCount(MAX_NODES)} records are listed.`);
  if (found.edges.length < found.edgesTotal) {
    const links = `${formatCount(found.edges.length)} of ${formatCount(found.edgesTotal)} links`;
    await context.note(`Only ${links} are listed, those of the nearest records.`);
  }
  return EXIT.done;
}

async function writeGraph({ out }: CliContext, { nodes, edges, total }: Graph): Promise<void> {
  await writeTable(
    out,
    [
      {
        title: 'DISTANCE',
        align: 'right',
        text: (node) => (node.distance > 0 ? `+${node.distance}` : `${node.distance}`),
      },
      { title: 'RECORD', text: (node) => shortId(node.id) },
      { title: 'KIND', text: (node) => node.kind },
      { title: 'OWN', align: 'right', text: (node) => formatBytes(node.ownBytes) },
      { title: 'ADDS', align: 'right', text: (node) => formatBytes(node.addsBytes) },
      { title: 'STEP', maxWidth: 80, text: (node) => [node.stage, node.name].filter(Boolean).join('  ') },
    ],
    [...nodes].sort((a, b) => a.distance - b.distance),
  );
  await out.write('\n');
  await writeTable(
    out,
    [
      { title: 'FROM', text: (edge) => shortId(edge.from) },
      { title: 'TO', text: (edge) => shortId(edge.to) },
      { title: 'INPUT', align: 'right', text: (edge) => String(edge.input) },
      { title: 'SELECTOR', text: (edge) => shortId(edge.selector) },
    ],
    edges,
  );
  await out.write(
    `\n${formatCount(nodes.length)} of ${formatCount(total)} records, ${formatCount(edges.length)} links\n`,
  );
}
