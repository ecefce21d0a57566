import '../base/styles/tokens.css';
import '../base/styles/base.css';
import { createRoot } from 'react-dom/client';
import { navigate } from 'wouter/use-browser-location';
import type { CacheError } from '../../shared/base/errors.ts';
import { App } from '../app/app.tsx';
import { exposeIdle } from '../app/idle.ts';
import { followTheme } from '../app/theme.ts';
import { usePanels } from '../base/window-state.ts';
import { createActivity } from '../client/activity.ts';
import { createConnection } from '../client/connection.ts';
import { createFakeTransport } from '../client/fake/index.ts';
import { createQueryClient } from '../client/query-client.ts';
import type { Transport } from '../client/transport.ts';

/** What a stage does that the fake engine cannot be told to do, by the name of a procedure: `keys.page`. */
interface Faults {
  /** Never answers. */
  readonly held?: readonly string[];
  /** Fails, until `heal`. */
  readonly failing?: Readonly<Record<string, CacheError>>;
}

/** The whole window in this page, on a fresh fake engine. */
export interface Stage extends Disposable {
  /** Waits until no call is under way and nothing moves. */
  idle(): Promise<void>;
  /** Inputs of the calls of a procedure so far. */
  calls(procedure: string): readonly unknown[];
  /** From now on everything answers. */
  heal(): void;
}

followTheme();

/** Opens the window at an address. */
export function openStage(address: string, faults: Faults = {}): Stage {
  navigate(address, { replace: true });
  usePanels.setState({ inspectorSheet: false, sourcesSheet: false, jobsDrawer: false, dialog: undefined });
  const calls: { readonly procedure: string; readonly input: unknown }[] = [];
  let faulty = faults;
  const transport: Transport = {
    async connect() {
      const session = await createFakeTransport().connect();
      return {
        ...session,
        link: {
          call(path, input, options) {
            const procedure = path.join('.');
            calls.push({ procedure, input });
            const error = faulty.failing?.[procedure];
            if (error) return Promise.reject(error);
            if (!faulty.held?.includes(procedure)) return session.link.call(path, input, options);
            return new Promise((_, reject) => {
              options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
            });
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
    heal() {
      faulty = {};
    },
    [Symbol.dispose]() {
      root.unmount();
      connection.close();
      queries.clear();
      element.remove();
    },
  };
}
