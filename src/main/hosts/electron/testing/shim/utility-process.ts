import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Electron } from '../../electron-api.ts';
import { app } from './app.ts';
import { MessagePortMain } from './message-ports.ts';
import { createPortCarrier, type PortCarrier, type PortFrame } from './page/port-carrier.ts';

/** What crosses between the main and a utility process. */
export type UtilityMessage =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly frame: PortFrame };

/** A process of its own that runs a module with `process.parentPort`. */
class UtilityProcess extends EventEmitter implements Electron.UtilityProcess {
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
  #child: ChildProcess | undefined;
  readonly #carrier: PortCarrier;

  constructor(entry: string, args: readonly string[], options: Electron.ForkOptions) {
    super();
    // The default of `stdio` is `inherit`: electronjs.org/docs/latest/api/utility-process
    const output = options.stdio === 'pipe' || options.stdio === 'ignore' ? options.stdio : 'inherit';
    const child = fork(join(import.meta.dirname, 'utility-program.ts'), [entry, ...args], {
      // Structured clone, as between the processes of Chromium.
      serialization: 'advanced',
      execArgv: [],
      env: (options.env ?? process.env) as NodeJS.ProcessEnv,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.#child = child;
    app.processes.set(child, {
      type: 'Utility',
      serviceName: 'node.mojom.NodeService',
      name: options.serviceName ?? 'Node Utility Process',
    });
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    const send = (message: UtilityMessage): void => {
      if (child.connected) child.send(message, () => undefined);
    };
    this.#carrier = createPortCarrier((frame) => send({ kind: 'port', frame }), 1);
    child.on('spawn', () => this.emit('spawn'));
    child.on('error', () => undefined);
    child.on('message', (message: UtilityMessage) => {
      if (message.kind === 'port') this.#carrier.receive(message.frame);
      else this.emit('message', message.data);
    });
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      app.processes.delete(child);
      this.#carrier.close();
      this.emit('exit', code ?? 1);
      if (code === 0) return;
      const reason =
        signal === null ? 'abnormal-exit' : signal === 'SIGTERM' || signal === 'SIGKILL' ? 'killed' : 'crashed';
      const serviceName = options.serviceName ?? 'Node Utility Process';
      app.emit(
        'child-process-gone',
        {},
        { type: 'Utility', reason, exitCode: code ?? 1, serviceName, name: serviceName },
      );
    });
    process.once('exit', () => this.#child?.kill('SIGKILL'));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  postMessage(data: unknown, transfer: Electron.MessagePortMain[] = []): void {
    // After its end the process takes nothing, without an error: electron/lib/browser/api/utility-process.ts
    if (!this.#child?.connected) return;
    const ports = MessagePortMain.take(transfer).map(this.#carrier.hand);
    this.#child.send({ kind: 'message', data, ports } satisfies UtilityMessage, () => undefined);
  }

  kill(): boolean {
    return this.#child?.kill('SIGTERM') ?? false;
  }
}

export const utilityProcess = {
  fork(entry: string, args: string[] = [], options: Electron.ForkOptions = {}): Electron.UtilityProcess {
    // electron/shell/browser/api/electron_api_utility_process.cc; spec/fixtures/crash-cases/utility-process-app-ready
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    return new UtilityProcess(entry, args, options);
  },
};
