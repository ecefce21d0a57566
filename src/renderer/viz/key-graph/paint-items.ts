import type { GraphNode } from '../../../shared/model/graph.ts';
import { type CardText, cardText } from './card-text.ts';
import { type ColourBy, type ColourScale, stepStrength } from './colour-scale.ts';
import type { FoldText } from './fold-text.ts';
import type { Glyphs } from './glyphs.tsx';
import type { Box } from './layout.ts';
import { cutText, textWidth } from './paint-text.ts';
import type { Palette } from './palette.ts';

/** What all items are painted with. */
export interface Brush {
  readonly ctx: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly glyphs: Glyphs;
  readonly colour: ColourBy;
  readonly scale: ColourScale | undefined;
  readonly nowMs: number;
  /** False when zoomed out so far that words could not be read. */
  readonly hasText: boolean;
  /** World units in a pixel of the screen: what is thinner cannot be seen. */
  readonly pixel: number;
}

/** How a card stands out. */
export interface CardLook {
  readonly isFocus: boolean;
  readonly isAlternative: boolean;
  readonly isOnPath: boolean;
  readonly isInspected: boolean;
  /** Third line of the focus card. */
  readonly counts: string | undefined;
}

/** A record. */
export function paintCard(brush: Brush, box: Box, node: GraphNode, look: CardLook): void {
  const { ctx, palette } = brush;
  if (!brush.hasText) {
    paintSmall(brush, box, node, look);
    return;
  }
  const lit = look.isFocus || look.isOnPath;
  if (look.isFocus) {
    ctx.globalAlpha *= 0.35;
    outline(ctx, grown(box, 1.5), 7.5, palette.accent, 2);
    ctx.globalAlpha /= 0.35;
  }
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, 6);
  ctx.fillStyle = look.isFocus || look.isInspected ? palette.selected : palette.card;
  ctx.fill();
  paintEdge(brush, box, node);
  ctx.setLineDash(look.isAlternative ? [4, 3] : []);
  outline(
    ctx,
    grown(box, -0.5),
    5.5,
    lit ? palette.accent : look.isAlternative ? palette.controlLine : palette.line2,
    1,
  );
  ctx.setLineDash([]);
  if (brush.hasText)
    paintCardText(brush, box, node, look, cardText(node, look.isAlternative, brush.colour, brush.nowMs));
}

/** A record seen from afar: an area of its colour. */
function paintSmall({ ctx, palette, scale }: Brush, box: Box, node: GraphNode, look: CardLook): void {
  const alpha = ctx.globalAlpha;
  const step = scale?.stepOf(node);
  const isLit = look.isFocus || look.isOnPath || look.isInspected;
  const strength = isLit ? 1 : scale === undefined ? 0.6 : step === undefined ? 0.1 : stepStrength(step);
  ctx.globalAlpha = alpha * strength;
  ctx.fillStyle = isLit ? palette.accent : scale === undefined ? palette.kinds[node.kind] : palette.shared;
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.globalAlpha = alpha;
}

/** The coloured edge, and on a scale a ground of the same strength. */
function paintEdge(brush: Brush, box: Box, node: GraphNode): void {
  const { ctx, palette, scale } = brush;
  const step = scale?.stepOf(node);
  const strength = scale === undefined ? 1 : step === undefined ? 0 : stepStrength(step);
  ctx.save();
  ctx.clip();
  ctx.fillStyle = scale === undefined ? palette.kinds[node.kind] : palette.shared;
  const alpha = ctx.globalAlpha;
  if (scale !== undefined) {
    ctx.globalAlpha = alpha * strength * 0.22;
    ctx.fillRect(box.x, box.y, box.width, box.height);
  }
  ctx.globalAlpha = alpha * strength;
  ctx.fillRect(box.x, box.y, scale === undefined ? 3 : 5, box.height);
  ctx.restore();
}

function paintCardText(brush: Brush, box: Box, node: GraphNode, look: CardLook, text: CardText): void {
  const { ctx, palette } = brush;
  const glyph = brush.glyphs.get(node.kind);
  if (glyph) {
    ctx.save();
    ctx.translate(box.x + 10.5, box.y + 6.5);
    ctx.scale(13 / 24, 13 / 24);
    ctx.strokeStyle = palette.kinds[node.kind];
    ctx.lineWidth = 1.9;
    ctx.lineCap = 'round';
    ctx.lineJoin = 'round';
    ctx.stroke(glyph);
    ctx.restore();
  }
  const left = box.x + 30;
  const room = box.width - 30 - 8;
  let x = left;
  if (text.stage !== '') {
    ctx.font = `${look.isFocus ? '500 ' : ''}12px ${palette.fontUi}`;
    ctx.fillStyle = look.isFocus ? palette.text1 : palette.text3;
    const stage = cutText(ctx, text.stage, room);
    ctx.fillText(stage, x, box.y + 17.5);
    x += textWidth(ctx, `${stage} `);
  }
  ctx.font = `12px ${palette.fontUi}`;
  ctx.fillStyle = text.isUnnamed ? palette.text2 : palette.text1;
  ctx.fillText(cutText(ctx, text.step, left + room - x), x, box.y + 17.5);
  x = left;
  for (const { text: part, isMono } of text.second) {
    ctx.font = `11px ${isMono ? palette.fontMono : palette.fontUi}`;
    ctx.fillStyle = look.isFocus || look.isInspected ? palette.text2 : palette.text3;
    ctx.fillText(part, x, box.y + 34);
    x += textWidth(ctx, part) + 7;
  }
  if (look.counts === undefined) return;
  ctx.font = `11px ${palette.fontUi}`;
  ctx.fillText(look.counts, left, box.y + 52);
}

/** A fold: a dashed pill with its exact count. */
export function paintFold(brush: Brush, box: Box, text: FoldText, isOnPath: boolean): void {
  const { ctx, palette } = brush;
  if (!brush.hasText) {
    ctx.fillStyle = isOnPath ? palette.accent : palette.line2;
    ctx.fillRect(box.x, box.y, box.width, box.height);
    return;
  }
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, box.height / 2);
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.setLineDash([4, 3]);
  outline(ctx, grown(box, -0.5), box.height / 2 - 0.5, isOnPath ? palette.accent : palette.controlLine, 1);
  ctx.setLineDash([]);
  const size = box.width < 100 ? 11 : 11.5;
  const strong = `600 ${size}px ${palette.fontUi}`;
  const plain = `${size}px ${palette.fontUi}`;
  ctx.font = strong;
  const countWidth = text.count === '' ? 0 : textWidth(ctx, text.count) + 4;
  ctx.font = plain;
  const words = cutText(ctx, text.words, box.width - (box.width < 100 ? 10 : 18) - countWidth);
  const x = box.x + (box.width - countWidth - textWidth(ctx, words)) / 2;
  const y = box.y + box.height / 2 + 4;
  ctx.fillStyle = palette.text2;
  ctx.fillText(words, x + countWidth, y);
  ctx.font = strong;
  ctx.fillStyle = palette.text1;
  ctx.fillText(text.count, x, y);
}

/** The two-tone ring of the focus of the keyboard. */
export function paintRing(brush: Brush, box: Box, isPill: boolean): void {
  const { ctx, palette } = brush;
  const radius = isPill ? box.height / 2 : 6;
  outline(ctx, grown(box, 1), radius + 1, palette.ground, 2);
  outline(ctx, grown(box, 3), radius + 3, palette.accent, 2);
}

function outline(ctx: CanvasRenderingContext2D, box: Box, radius: number, colour: string, width: number): void {
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, radius);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}
