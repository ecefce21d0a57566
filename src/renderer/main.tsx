import './base/styles/tokens.css';
import './base/styles/fonts.css';
import './base/styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { exposeIdle } from './app/idle.ts';
import { followTheme } from './app/theme.ts';
import { preloadParts } from './base/lazy-part.ts';
import { pageActivity } from './client/activity.ts';
import { desktopBridge } from './client/bridge.ts';
import { createConnection } from './client/connection.ts';
import { createMessagePortTransport } from './client/message-port.ts';
import { createQueryClient } from './client/query-client.ts';
import type { Transport } from './client/transport.ts';
import { createWebSocketTransport, engineSocketUrl } from './client/web-socket.ts';

async function chooseTransport(): Promise<Transport> {
  // `?fake` works from the source tree only: a build has no trace of it.
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fake'))
    sessionStorage.setItem('fake', '1');
  if (import.meta.env.DEV && sessionStorage.getItem('fake')) {
    return (await import('./client/fake/index.ts')).createFakeTransport();
  }
  const bridge = desktopBridge();
  return bridge ? createMessagePortTransport(bridge) : createWebSocketTransport(engineSocketUrl(window.location));
}

followTheme();
const connection = createConnection(await chooseTransport(), pageActivity);
const queryClient = createQueryClient();
exposeIdle(pageActivity, queryClient);
const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');
createRoot(root).render(
  <StrictMode>
    <App connection={connection} queryClient={queryClient} />
  </StrictMode>,
);
requestIdleCallback(() => preloadParts());
