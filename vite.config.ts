import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the renderer; the hosts serve `dist/renderer`. Everything is bundled: no request leaves the machine. */
export default defineConfig({
  root: 'src/renderer',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../dist/renderer',
    emptyOutDir: true,
    target: 'es2024',
    // Fonts as files, not data: URLs, so that the content security policy stays `font-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
