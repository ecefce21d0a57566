/** One press: a key with the modifiers that must be down, no others. `key` is compared as `KeyboardEvent.key`, letters in lower case. */
export interface KeyPress {
  readonly key: string;
  /** Ctrl, or Command on a Mac. */
  readonly mod: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

/**
 * Reads `mod+k`, `alt+ArrowLeft`, `g o` (one after the other), `/`, `?`, `shift+j`, `Space`.
 * A shifted sign is written as the sign itself (`?`), not with `shift+`.
 */
export function parseKeys(keys: string): readonly KeyPress[] {
  return (keys === ' ' ? ['Space'] : keys.split(' ')).map((press) => {
    const parts = press.length > 1 ? press.split(/\+(?=.)/) : [press];
    const named = parts.at(-1) ?? '';
    const key = named === 'Space' ? ' ' : named;
    return {
      key: key.length === 1 ? key.toLowerCase() : key,
      mod: parts.includes('mod'),
      alt: parts.includes('alt'),
      shift: parts.includes('shift'),
    };
  });
}

/** True on a Mac, where `mod` is Command. */
export function isMac(platform: string = navigator.platform): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

type PressEvent = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** True when this event is this press. */
export function isPress(event: PressEvent, press: KeyPress, mac: boolean = isMac()): boolean {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key !== press.key || mod !== press.mod || other || event.altKey !== press.alt) return false;
  const isSign = key.length === 1 && !/[a-z]/.test(key);
  return isSign || event.shiftKey === press.shift;
}

/** True when the whole sequence is made of plain characters: WCAG 2.1.4 wants these to be switchable off. */
export function isCharacterShortcut(keys: string): boolean {
  return parseKeys(keys).every((press) => press.key.length === 1 && !press.mod && !press.alt);
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  '-': '−',
  ' ': 'Space',
};

/** The caps to draw: `mod+k` gives `Ctrl`, `K`; `g o` gives `g`, `o`. */
export function keyCaps(keys: string, mac: boolean = isMac()): readonly string[] {
  return parseKeys(keys).flatMap((press) => [
    ...(press.mod ? [mac ? '⌘' : 'Ctrl'] : []),
    ...(press.alt ? [mac ? '⌥' : 'Alt'] : []),
    ...(press.shift ? [mac ? '⇧' : 'Shift'] : []),
    NAMES[press.key] ?? (press.mod && press.key.length === 1 ? press.key.toUpperCase() : press.key),
  ]);
}

/** The value of `aria-keyshortcuts`: `Control+K`, `G O` has no notation and is left out. */
export function ariaKeys(keys: string, mac: boolean = isMac()): string | undefined {
  const presses = parseKeys(keys);
  const [press] = presses;
  if (presses.length !== 1 || !press) return undefined;
  const parts = [
    ...(press.mod ? [mac ? 'Meta' : 'Control'] : []),
    ...(press.alt ? ['Alt'] : []),
    ...(press.shift ? ['Shift'] : []),
    press.key.length === 1 ? press.key.toUpperCase() : press.key,
  ];
  return parts.join('+');
}
