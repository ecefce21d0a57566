/** BuildKit's selectors are digests; what is longer than this is not sent whole. */
const MAX_SELECTOR_CHARACTERS = 1000;

/** Returns the selector as answers carry it: beyond 1,000 characters its beginning, and how long it is. */
export function boundedSelector(selector: string): string {
  if (selector.length <= MAX_SELECTOR_CHARACTERS) return selector;
  return `${selector.slice(0, MAX_SELECTOR_CHARACTERS)}… (${selector.length} characters)`;
}
