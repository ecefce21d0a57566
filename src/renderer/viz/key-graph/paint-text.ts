const cuts = new Map<string, string>();
const CUTS_KEPT = 20_000;

/** The text, cut with an ellipsis where it does not fit into a width in the context's font. */
export function cutText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${ctx.font}\0${Math.round(width)}\0${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  let cut = text;
  if (ctx.measureText(text).width > width) {
    let [fits, fails] = [0, text.length];
    while (fails - fits > 1) {
      const half = (fits + fails) >> 1;
      if (ctx.measureText(`${text.slice(0, half)}…`).width <= width) fits = half;
      else fails = half;
    }
    cut = fits === 0 ? '' : `${text.slice(0, fits).trimEnd()}…`;
  }
  if (cuts.size >= CUTS_KEPT) cuts.clear();
  cuts.set(key, cut);
  return cut;
}

/** Forgets all cuts: a font has arrived, widths are others now. */
export function forgetCuts(): void {
  cuts.clear();
}
