import type { RefObject } from 'react';
import type { RecordKind } from '../../../shared/model/record.ts';
import { KINDS } from '../../widgets/kind-glyph.tsx';

/** The glyph of each kind as a path in a square of 24. */
export type Glyphs = ReadonlyMap<RecordKind, Path2D>;

const NAMES = Object.keys(KINDS) as readonly RecordKind[];

/** The icons in the document, never seen, so that a canvas can draw the very shapes that the rest of the window shows. */
export function GlyphSource({ shapes }: { readonly shapes: RefObject<HTMLDivElement | null> }) {
  return (
    <div ref={shapes} hidden>
      {NAMES.map((kind) => {
        const Shape = KINDS[kind].icon;
        return <Shape key={kind} data-kind={kind} aria-hidden="true" />;
      })}
    </div>
  );
}

/** Reads the shapes that `GlyphSource` has put into the document. */
export function readGlyphs(shapes: Element): Glyphs {
  const glyphs = new Map<RecordKind, Path2D>();
  for (const kind of NAMES) {
    const path = new Path2D();
    for (const shape of shapes.querySelectorAll(`svg[data-kind=${kind}] > *`)) addShape(path, shape);
    glyphs.set(kind, path);
  }
  return glyphs;
}

function addShape(path: Path2D, shape: Element): void {
  const number = (name: string): number => Number(shape.getAttribute(name) ?? 0);
  switch (shape.tagName) {
    case 'path':
      path.addPath(new Path2D(shape.getAttribute('d') ?? ''));
      return;
    case 'line':
      path.moveTo(number('x1'), number('y1'));
      path.lineTo(number('x2'), number('y2'));
      return;
    case 'circle':
      path.moveTo(number('cx') + number('r'), number('cy'));
      path.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
      return;
    case 'rect':
      path.roundRect(number('x'), number('y'), number('width'), number('height'), number('rx'));
      return;
  }
}
