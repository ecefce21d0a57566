import '../base/styles/tokens.css';
import '../base/styles/base.css';
import { createRoot } from 'react-dom/client';
import { navigate } from 'wouter/use-browser-location';
import type { CacheError } from '../../shared/base/errors.ts';
import type { EngineClient } from '../../shared/contract/index.ts';
import { App } from '../app/app.tsx';
import { exposeIdle } from '../app/idle.ts';
import { followTheme } from '../app/theme.ts';
import { usePanels, usePreferences } from '../base/window-state.ts';
import { createActivity } from '../client/activity.ts';
import { createConnection } from '../client/connection.ts';
import { createFakeTransport } from '../client/fake/index.ts';
import { createQueryClient } from '../client/query-client.ts';
import type { Transport } from '../client/transport.ts';

/** What a stage does that the fake engine cannot be told to do, by the name of a procedure: `keys.page`. */
interface Faults {
  /** Does not answer. */
  readonly held?: readonly string[];
  /** Fails. */
  readonly failing?: Readonly<Record<string, CacheError>>;
}

/** The whole window in this page, on a fresh fake engine. */
export interface Stage extends Disposable {
  /** Waits until no call is under way and nothing moves. */
  idle(): Promise<void>;
  /** Inputs of the calls of a procedure so far. */
  calls(procedure: string): readonly unknown[];
  /** Other faults from now on: calls that are held go on, unless they are held still. */
  change(faults: Faults): void;
  /** The engine, asked past the faults: what happens elsewhere than in this window. */
  readonly engine: EngineClient;
}

followTheme();

/** Opens the window at an address. */
export function openStage(address: string, faults: Faults = {}): Stage {
  navigate(address, { replace: true });
  usePanels.setState({ inspectorSheet: false, sourcesSheet: false, jobsDrawer: false, dialog: undefined });
  usePreferences.setState(usePreferences.getInitialState(), true);
  const fake = createFakeTransport();
  const elsewhere = createConnection(fake);
  const calls: { readonly procedure: string; readonly input: unknown }[] = [];
  let faulty = faults;
  const held: (() => void)[] = [];
  const transport: Transport = {
    async connect() {
      const session = await fake.connect();
      return {
        ...session,
        link: {
          call(path, input, options) {
            const procedure = path.join('.');
            calls.push({ procedure, input });
            const answer = (): Promise<unknown> => {
              const error = faulty.failing?.[procedure];
              if (error) return Promise.reject(error);
              if (!faulty.held?.includes(procedure)) return session.link.call(path, input, options);
              return new Promise((resolve, reject) => {
                held.push(() => answer().then(resolve, reject));
                options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
              });
            };
            return answer();
          },
        },
      };
    },
  };
  const activity = createActivity();
  const connection = createConnection(transport, activity);
  const queries = createQueryClient();
  exposeIdle(activity, queries);
  const element = document.body.appendChild(document.createElement('div'));
  element.id = 'root';
  const root = createRoot(element);
  root.render(<App connection={connection} queryClient={queries} />);
  return {
    idle: async () => window.cachewrightTest?.whenIdle(),
    calls: (procedure) => calls.filter((call) => call.procedure === procedure).map(({ input }) => input),
    change(next) {
      faulty = next;
      for (const goOn of held.splice(0)) goOn();
    },
    engine: elsewhere.engine,
    [Symbol.dispose]() {
      root.unmount();
      connection.close();
      elsewhere.close();
      queries.clear();
      element.remove();
    },
  };
}
