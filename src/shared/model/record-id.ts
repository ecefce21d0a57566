/** Returns the id of a record: its digest, or `digest~n` where the digest is not unique in the source. */
export function recordId(digest: string, ordinal: number): string {
  return ordinal === 0 ? digest : `${digest}~${ordinal}`;
}

/** Splits an id into its two halves; a digest alone has no ordinal. */
export function splitRecordId(id: string): { readonly digest: string; readonly ordinal?: number } {
  const match = /^(.*)~([1-9]\d{0,9})$/.exec(id);
  return match ? { digest: match[1] ?? '', ordinal: Number(match[2]) } : { digest: id };
}
