import type { RecordKind } from '../../../shared/model/record.ts';

/** The tokens a drawing needs, as the page has them now: a canvas cannot read CSS variables itself. */
export interface Palette {
  readonly ground: string;
  readonly card: string;
  readonly selected: string;
  readonly line: string;
  readonly line2: string;
  readonly controlLine: string;
  readonly text1: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly shared: string;
  readonly kinds: Readonly<Record<RecordKind, string>>;
  readonly fontUi: string;
  readonly fontMono: string;
}

/** Reads the tokens in force at an element. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: token('bg-1'),
    card: token('bg-2'),
    selected: token('sel'),
    line: token('line'),
    line2: token('line-2'),
    controlLine: token('control-line'),
    text1: token('text-1'),
    text2: token('text-2'),
    text3: token('text-3'),
    accent: token('accent'),
    shared: token('shared'),
    kinds: {
      exec: token('k-exec'),
      copy: token('k-copy'),
      source: token('k-source'),
      mount: token('k-mount'),
      merge: token('k-merge'),
      content: token('k-content'),
      unknown: token('k-content'),
    },
    fontUi: token('font-ui'),
    fontMono: token('font-mono'),
  };
}

/** Calls back whenever the tokens may have changed: theme, system theme, contrast, fonts. The returned function ends it. */
export function watchPalette(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const queries = ['(prefers-color-scheme: light)', '(prefers-contrast: more)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  document.fonts.addEventListener('loadingdone', changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', changed);
    document.fonts.removeEventListener('loadingdone', changed);
  };
}
