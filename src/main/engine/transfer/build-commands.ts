import { shellWord } from '../../../shared/base/shell-word.ts';

/** Lines to paste into a build that imports a cache from a folder, for both command lines. */
export function buildCommands(folder: string, ref: string): string[] {
  const fields = ['type=local', csvField(`src=${folder}`), ...(ref === 'latest' ? [] : [csvField(`tag=${ref}`)])];
  const value = shellWord(fields.join(','));
  return [`buildctl build --import-cache ${value} …`, `docker buildx build --cache-from ${value} .`];
}

/**
 * Lines for a build that imports a cache from a registry, and for one that exports its own there.
 * @param reference `host/repository:tag`
 */
export function registryCommands(reference: string): string[] {
  const value = shellWord(['type=registry', csvField(`ref=${reference}`)].join(','));
  return [
    `buildctl build --import-cache ${value} …`,
    `docker buildx build --cache-from ${value} .`,
    `buildctl build --export-cache ${value},mode=max …`,
    `docker buildx build --cache-to ${value},mode=max .`,
  ];
}

/** A field of the comma-separated value that both command lines read. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
