import type { LinkLabel, LinkLine } from './links.ts';
import type { Brush } from './paint-items.ts';
import { cutText, textWidth } from './paint-text.ts';

/** The line of a link with its head. */
export function paintLink(brush: Brush, line: LinkLine, isOnPath: boolean): void {
  const { ctx, palette } = brush;
  const { x1, y1, x2, y2 } = line;
  const colour = isOnPath ? palette.accent : palette.controlLine;
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(isOnPath ? 2 : 1.25, brush.pixel * (isOnPath ? 1.5 : 0.8));
  ctx.setLineDash(line.dashed ? [4, 3] : []);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  if (line.shape === 'curve') {
    const bend = Math.max(22, (x2 - x1) * 0.55);
    ctx.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  } else if (x1 === x2) {
    ctx.lineTo(x2, y2);
  } else {
    const turn = y1 + 14;
    ctx.arcTo(x1, turn, x2, turn, 8);
    ctx.arcTo(x2, turn, x2, y2, 8);
    ctx.lineTo(x2, y2);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  if (line.shape === 'or' || !brush.hasText) return;
  const [dx, dy] = line.shape === 'curve' ? [1, 0] : [0, 1];
  const [tipX, tipY] = [x2 - dx, y2 - dy];
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(tipX - 6 * dx - 3.5 * dy, tipY - 6 * dy - 3.5 * dx);
  ctx.lineTo(tipX, tipY);
  ctx.lineTo(tipX - 6 * dx + 3.5 * dy, tipY - 6 * dy + 3.5 * dx);
  ctx.stroke();
}

/** Input index and selector, or "or", on a ground of its own. */
export function paintLabel(brush: Brush, label: LinkLabel, isOnPath: boolean, dashed: boolean): void {
  const { ctx, palette } = brush;
  ctx.font = `10.5px ${palette.fontMono}`;
  const text = cutText(ctx, label.text, label.maxWidth - 8);
  const width = textWidth(ctx, text) + 9;
  const x = Math.round(label.x - width / 2) + 0.5;
  const y = Math.round(label.y - 9) + 0.5;
  ctx.beginPath();
  ctx.roundRect(x, y, width, 17, 3);
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.setLineDash(dashed ? [3, 3] : []);
  ctx.strokeStyle = isOnPath ? palette.accent : palette.line2;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = isOnPath ? palette.accent : palette.text2;
  ctx.fillText(text, x + 4.5, y + 12);
}

/** The dashed line from a card to a fold that hangs on it. */
export function paintHang(brush: Brush, x1: number, y1: number, x2: number, y2: number, isOnPath: boolean): void {
  const { ctx, palette } = brush;
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.setLineDash(isOnPath ? [] : [3, 3]);
  ctx.strokeStyle = isOnPath ? palette.accent : palette.controlLine;
  ctx.lineWidth = isOnPath ? 2 : 1.25;
  ctx.stroke();
  ctx.setLineDash([]);
}
