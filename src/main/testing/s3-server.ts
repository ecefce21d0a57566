import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-port.ts';

/** A real S3 server of one test file on a free loopback port: Ceph's gateway over one monitor and one store in memory. */
export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Variables by which the AWS chain finds the account that may do everything. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the gateway hang: connections stay open and are taken, and nothing is answered. */
  pause(): void;
  /** Lets it go on where it stopped. */
  resume(): void;
}

/** The one account of the server. */
export const S3_ACCOUNT = { accessKeyId: 'ada-key-id', secretAccessKey: 'ada-secret-0123456789' } as const;

const run = promisify(execFile);

/** True where Ceph's gateway is installed; prints why its tests are skipped otherwise. */
export function hasS3Server(): boolean {
  const found = ['radosgw', 'ceph-mon', 'ceph-osd'].every((it) => spawnSync(it, ['--version']).status === 0);
  if (!found) process.stdout.write('skipped: the tests on S3 need the packages radosgw, ceph-mon and ceph-osd\n');
  return found;
}

/** Starts a server and waits until it answers: about two seconds. It needs no root, no service and no fixed path. */
export async function startS3Server(): Promise<S3Server> {
  // A path of a socket is short, so the folder is not below a long one.
  const folder = await mkdtemp(join(tmpdir(), 'cachewright-s3-'));
  const [monitorPort = 0, gatewayPort = 0] = await freePorts(2);
  const cluster = await layCluster(folder, monitorPort, gatewayPort);
  const children: ChildProcess[] = [];
  const log = await open(join(folder, 'output.log'), 'a');

  const start = (program: string, ...args: string[]): ChildProcess => {
    const child = spawn(program, ['-c', cluster.config, ...args, '-f'], { stdio: ['ignore', log.fd, log.fd] });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    // The last that was started first: a gateway without its store only waits.
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await log.close();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const admin = (program: string, ...args: string[]) => run(program, ['-c', cluster.config, ...args]);
    await admin('ceph-mon', '--mkfs', '-i', 'a', '--monmap', cluster.map, '--keyring', cluster.keys);
    start('ceph-mon', '-i', 'a');
    await admin('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', cluster.store);
    await admin('ceph', '--connect-timeout', '30', 'osd', 'new', cluster.store, '0');
    await admin('ceph', 'osd', 'crush', 'add', 'osd.0', '1', 'root=default', 'host=here');
    start('ceph-osd', '-i', '0');
    const keys = [`--access-key=${S3_ACCOUNT.accessKeyId}`, `--secret=${S3_ACCOUNT.secretAccessKey}`];
    await admin('radosgw-admin', 'user', 'create', '--uid=ada', '--display-name=Ada', ...keys);
    const gateway = start('radosgw', '-n', 'client.admin');
    const endpoint = `http://127.0.0.1:${gatewayPort}`;
    await untilAnswered(endpoint, gateway);
    return {
      endpoint,
      environment: {
        AWS_ACCESS_KEY_ID: S3_ACCOUNT.accessKeyId,
        AWS_SECRET_ACCESS_KEY: S3_ACCOUNT.secretAccessKey,
        AWS_REGION: 'us-east-1',
      },
      pause: () => void gateway.kill('SIGSTOP'),
      resume: () => void gateway.kill('SIGCONT'),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    const said = await readFile(join(folder, 'output.log'), 'utf8').catch(() => '');
    await stop();
    throw new Error(`The S3 server did not start. ${said.slice(-2000)}`, { cause: error });
  }
}

/** What the programs of a cluster start from. */
interface Cluster {
  readonly config: string;
  readonly keys: string;
  readonly map: string;
  /** Identity of its one store. */
  readonly store: string;
}

async function layCluster(folder: string, monitorPort: number, gatewayPort: number): Promise<Cluster> {
  const id = randomUUID();
  const [config, keys, map] = ['ceph.conf', 'keys', 'monmap'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const part of ['monitor', 'store', 'gateway']) await mkdir(join(folder, part));
  const settings = {
    fsid: id,
    mon_host: `[v2:127.0.0.1:${monitorPort}]`,
    public_addr: '127.0.0.1',
    cluster_addr: '127.0.0.1',
    keyring: keys,
    run_dir: folder,
    admin_socket: '',
    log_file: join(folder, '$name.log'),
    crash_dir: folder,
    mon_data: join(folder, 'monitor'),
    mon_data_avail_crit: 0,
    // One of each, on a machine with little room.
    mon_allow_pool_size_one: true,
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 4,
    osd_pool_default_pg_autoscale_mode: 'off',
    osd_crush_chooseleaf_type: 0,
    osd_data: join(folder, 'store'),
    osd_objectstore: 'memstore',
    memstore_device_bytes: '4G',
    // Nobody else votes: no reason to wait for them.
    paxos_propose_interval: 0.02,
    paxos_min_wait: 0.01,
    mon_election_timeout: 1,
    rgw_data: join(folder, 'gateway'),
    rgw_enable_apis: 's3',
    rgw_run_sync_thread: false,
    rgw_frontends: `beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(config, `[global]\n${lines.join('\n')}\n`);
  const mayAll = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'];
  await run('ceph-authtool', ['--create-keyring', keys, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *']);
  await run('ceph-authtool', [keys, '--gen-key', '-n', 'client.admin', ...mayAll]);
  await run('ceph-authtool', [
    keys,
    '--gen-key',
    '-n',
    'osd.0',
    '--cap',
    'mon',
    'allow profile osd',
    ...mayAll.slice(3),
  ]);
  await run('monmaptool', ['--create', '--fsid', id, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, map]);
  return { config, keys, map, store: randomUUID() };
}

async function untilAnswered(endpoint: string, gateway: ChildProcess): Promise<void> {
  const isThere = () =>
    fetch(endpoint).then(
      (answer) => answer.status < 500,
      () => false,
    );
  while (!(await isThere())) {
    if (gateway.exitCode !== null) throw new Error(`radosgw ended with ${gateway.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
