import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runSteps } from '../streams/steps.ts';
import { bytesAt, compareText, packTexts, TextPacker, textAt, textBuffers, unpackTexts } from './packed-texts.ts';

test('any texts come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const packed = packTexts(texts);
      expect(texts.map((_, i) => textAt(packed, i))).toEqual(texts.map((text) => text.toWellFormed()));
      expect(runSteps(unpackTexts(packed))).toEqual(texts.map((text) => text.toWellFormed()));
    }),
  );
});

test('texts compare as their bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const order = Math.sign(compareText(packTexts(['x', a]), 1, Buffer.from(b)));
      expect(order).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('many blocks, and a text that is larger than a block, can be moved to another thread and read there', () => {
  const packer = new TextPacker();
  const filler = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 40; i++) {
    filler.writeUInt32BE(0x61616161 + i);
    packer.add(filler, 0, filler.length - i);
  }
  const huge = Buffer.alloc((32 << 20) + 5, 'h');
  expect(packer.equals(packer.add(huge, 0, huge.length), huge, 0, huge.length)).toBe(true);
  packer.add(Buffer.from('ä'), 0, 2);
  const packed = packer.finish();
  const moved = structuredClone(packed, { transfer: textBuffers(packed) });
  expect(bytesAt(moved, 40).length).toBe(huge.length);
  const texts = runSteps(unpackTexts(moved));
  expect(
    texts.slice(0, 40).map((text, i) => text.length === filler.length - i && text.startsWith('aaa')),
  ).not.toContain(false);
  expect([texts[40]?.length, texts[41]]).toEqual([huge.length, 'ä']);
  expect(moved.blocks.every((block) => block.length === 0)).toBe(true);
});
