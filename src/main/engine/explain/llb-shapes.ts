import type { GoShape } from './go-json.ts';

/** Field orders of BuildKit's operation messages (`solver/pb/ops.proto`), as far as they go into a digest. */

const CHOWN: GoShape = {
  order: ['user', 'group'],
  inner: {
    user: {
      order: ['User'],
      inner: { User: { order: ['byName', 'byID', 'byId'], inner: { byName: { order: ['name', 'input'] } } } },
    },
    group: {
      order: ['User'],
      inner: { User: { order: ['byName', 'byID', 'byId'], inner: { byName: { order: ['name', 'input'] } } } },
    },
  },
};

const SECRET: GoShape = { order: ['ID', 'uid', 'gid', 'mode', 'optional'] };

const MOUNT: GoShape = {
  order: [
    'input',
    'selector',
    'dest',
    'output',
    'readonly',
    'mountType',
    'TmpfsOpt',
    'cacheOpt',
    'secretOpt',
    'SSHOpt',
    'resultID',
    'contentCache',
  ],
  inner: { TmpfsOpt: { order: ['size'] }, cacheOpt: { order: ['ID', 'sharing'] }, secretOpt: SECRET, SSHOpt: SECRET },
};

export const EXEC: GoShape = {
  order: ['meta', 'mounts', 'network', 'security', 'secretenv', 'cdiDevices'],
  inner: {
    meta: {
      order: [
        'args',
        'env',
        'cwd',
        'user',
        'proxy_env',
        'extraHosts',
        'hostname',
        'ulimit',
        'cgroupParent',
        'removeMountStubsRecursive',
        'validExitCodes',
      ],
      inner: { extraHosts: { order: ['Host', 'IP'] }, ulimit: { order: ['Name', 'Soft', 'Hard'] } },
    },
    mounts: MOUNT,
    secretenv: { order: ['ID', 'name', 'optional'] },
    cdiDevices: { order: ['name', 'optional'] },
  },
};

/** By the name of the action. */
export const FILE_ACTIONS: Readonly<Record<string, GoShape>> = {
  copy: {
    order: [
      'src',
      'dest',
      'owner',
      'mode',
      'followSymlink',
      'dirCopyContents',
      'attemptUnpackDockerCompatibility',
      'createDestPath',
      'allowWildcard',
      'allowEmptyWildcard',
      'timestamp',
      'include_patterns',
      'exclude_patterns',
      'alwaysReplaceExistingDestPaths',
      'modeStr',
      'required_paths',
    ],
    inner: { owner: CHOWN },
  },
  mkfile: { order: ['path', 'mode', 'data', 'owner', 'timestamp'], inner: { owner: CHOWN } },
  mkdir: { order: ['path', 'mode', 'makeParents', 'owner', 'timestamp'], inner: { owner: CHOWN } },
  symlink: { order: ['oldpath', 'newpath', 'owner', 'timestamp'], inner: { owner: CHOWN } },
  rm: { order: ['path', 'allowNotFound', 'allowWildcard'] },
};

export const MERGE: GoShape = { order: ['inputs'], inner: { inputs: { order: ['input'] } } };

export const DIFF: GoShape = {
  order: ['lower', 'upper'],
  inner: { lower: { order: ['input'] }, upper: { order: ['input'] } },
};
