/**
 * The import rule. One direction:
 *
 *   shared <- main/engine <- main/adapters <- main/hosts
 *   shared <- renderer/{client,base} <- renderer/{widgets,viz} <- renderer/features <- renderer/app
 *
 * Tests are free to reach across: they compose what they test.
 */
const TEST = '\\.(test|suite)\\.tsx?$|/testing/';
/** @type {(name: string, comment: string, from: object, to: object) => import('dependency-cruiser').IForbiddenRuleType} */
const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: TEST, ...from },
  to,
});

/**
 * Exceptions, each with its reason. Nothing is added here without one.
 * - `shared/contract` may import `@orpc/contract`: it is the schema library of procedures, as zod is of values.
 */
const SHARED_LIBRARIES = 'node_modules/(zod|@orpc/contract)/';

/**
 * Folders of the engine that are no capability of the contract, the lowest first. Each imports only those before it; what
 * two capabilities need lies in one of them.
 */
const FOUNDATIONS = [
  'model',
  'ports',
  'streams',
  'store',
  'bolt',
  'solver',
  'remotecache',
  'catalog',
  'daemon',
  'explain',
  'blob-info',
  'layer-info',
];

/**
 * Debt: imports from one capability of the engine into another that are still there, `from -> to`, each with its reason.
 * `npm run imports` prints them, and fails for one that is not there any more. There are none.
 * @type {readonly { readonly from: string, readonly to: string, readonly reason: string }[]}
 */
export const DEBT = [];

const pathOf = (/** @type {string} */ file) => `^${file.replaceAll('.', '\\.')}$`;
const owed = DEBT.map(({ from, to }) => ({ from: pathOf(from), to: pathOf(to) }));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...FOUNDATIONS.map((folder, at) =>
      forbid(
        `foundation-${folder}`,
        'a foundation of the engine imports only those below it, and no capability',
        { path: `^src/main/engine/${folder}/`, pathNot: [TEST, ...owed.map(({ from }) => from)].join('|') },
        {
          path: '^src/main/engine/[^/]+/',
          pathNot: `^src/main/engine/(${FOUNDATIONS.slice(0, at + 1).join('|')}|testing)/`,
        },
      ),
    ),
    forbid(
      'capabilities-do-not-import-each-other',
      'what two capabilities need lies below both: model, ports, streams, store, …',
      {
        path: '^src/main/engine/([^/]+)/',
        pathNot: [TEST, `^src/main/engine/(${FOUNDATIONS.join('|')})/`, ...owed.map(({ from }) => from)].join('|'),
      },
      {
        path: '^src/main/engine/[^/]+/',
        pathNot: `^src/main/engine/(${FOUNDATIONS.join('|')}|testing|$1)/`,
      },
    ),
    ...owed.map(({ from, to }) =>
      forbid(
        'only-what-is-owed',
        'a file with debt imports nothing else of another capability',
        { path: from },
        {
          path: '^src/main/engine/([^/]+)/',
          pathNot: `${to}|^src/main/engine/(${FOUNDATIONS.join('|')}|${from.split('/')[3] ?? ''})/`,
        },
      ),
    ),
    forbid(
      'shared-imports-nothing',
      'shared runs everywhere: no Node, no DOM, no library but the schema library',
      { path: '^src/shared/' },
      { pathNot: `^src/shared/|${SHARED_LIBRARIES}` },
    ),
    forbid(
      'engine-is-pure',
      'the engine decides, adapters do: no adapter, no host',
      { path: '^src/main/engine/' },
      { path: '^src/(main/(adapters|hosts)|renderer)/' },
    ),
    forbid(
      'engine-touches-no-system',
      'only node:crypto and node:zlib; files and sockets belong to adapters',
      { path: '^src/main/engine/' },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|zlib)$' },
    ),
    forbid(
      'adapters-below-hosts',
      'an adapter knows no host',
      { path: '^src/main/adapters/' },
      { path: '^src/(main/hosts|renderer)/' },
    ),
    forbid(
      'system-at-the-bottom',
      'what the machine is asked knows nothing of caches',
      { path: '^src/main/system/' },
      { path: '^src/', pathNot: '^src/main/system/' },
    ),
    forbid(
      'no-adapter-imports-an-adapter',
      'one folder a technology, knowing that one only',
      { path: '^src/main/adapters/([^/]+)/' },
      { path: '^src/main/adapters/', pathNot: '^src/main/adapters/$1/' },
    ),
    forbid(
      'no-host-imports-a-host',
      'hosts own one transport each; what they share stands in hosts/ itself',
      { path: '^src/main/hosts/([^/]+)/' },
      { path: '^src/main/hosts/[^/]+/', pathNot: '^src/main/hosts/$1/' },
    ),
    forbid(
      'electron-only-in-its-host',
      'importing it in plain Node starts a download',
      { pathNot: `${TEST}|^src/main/hosts/electron/` },
      { path: 'node_modules/electron/' },
    ),
    forbid(
      'renderer-knows-shared-only',
      'the renderer talks to the engine through the contract',
      { path: '^src/renderer/' },
      { path: '^src/main/' },
    ),
    forbid(
      'main-knows-no-renderer',
      'the engine side draws nothing',
      { path: '^src/main/' },
      { path: '^src/renderer/' },
    ),
    forbid(
      'renderer-client-and-base-at-the-bottom',
      'client and base know neither widgets nor views',
      { path: '^src/renderer/(client|base)/' },
      { path: '^src/renderer/(widgets|viz|features|app)/' },
    ),
    forbid(
      'widgets-and-viz-below-features',
      'widgets have no application state',
      { path: '^src/renderer/(widgets|viz)/' },
      { path: '^src/renderer/(features|app)/' },
    ),
    forbid(
      'no-feature-imports-a-feature',
      'removing a folder removes the capability and nothing else',
      { path: '^src/renderer/features/([^/]+)/' },
      { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    ),
    forbid(
      'features-below-app',
      'a feature declares itself; the app composes',
      { path: '^src/renderer/features/' },
      { path: '^src/renderer/app/' },
    ),
    {
      name: 'no-cycles',
      comment: 'a cycle hides who depends on whom',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'every import resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Tests are free to reach across, and swc's walker does not know `using` declarations.
    exclude: { path: '\\.(test|suite)\\.tsx?$' },
    // swc, because the TypeScript 7 compiler has no API yet that this tool can use.
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.css'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
