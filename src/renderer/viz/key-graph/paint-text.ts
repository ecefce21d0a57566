const cuts = new Map<string, string>();
const widths = new Map<string, number>();
const KEPT = 20_000;

/** The width of a text in the context's font. Measuring is what costs most in a frame, so it is done once. */
export function textWidth(ctx: CanvasRenderingContext2D, text: string): number {
  const key = `${ctx.font}\0${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const { width } = ctx.measureText(text);
  if (widths.size >= KEPT) widths.clear();
  widths.set(key, width);
  return width;
}

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
  if (cuts.size >= KEPT) cuts.clear();
  cuts.set(key, cut);
  return cut;
}

/** Forgets all widths: a font has arrived. */
export function forgetWidths(): void {
  cuts.clear();
  widths.clear();
}
