import { describe, expect, test } from 'vitest';
import { expandVariables, readDockerfile } from './dockerfile.ts';

const read = (text: string, contexts: string[] = []) =>
  readDockerfile(text, new Set(contexts)).map(({ text: line, stage, firstLine, lastLine }) => [
    line,
    stage,
    firstLine,
    lastLine,
  ]);

describe('reading a Dockerfile', () => {
  test('an image counts as the first step of its stage, another stage and scratch do not', () => {
    expect(read('FROM alpine AS a\nRUN one\nfrom a\ncopy x y\nFROM scratch AS c\nADD z /')).toEqual([
      ['FROM alpine AS a', undefined, 1, 1],
      ['RUN one', 'a 2/2', 2, 2],
      ['FROM a', undefined, 3, 3],
      ['COPY x y', 'stage-1 1/1', 4, 4],
      ['FROM scratch AS c', undefined, 5, 5],
      ['ADD z /', 'c 1/1', 6, 6],
    ]);
  });

  test('a named context counts, but takes no number', () => {
    expect(
      read('FROM --platform=linux/amd64 base AS b\nWORKDIR /w\nENV A=1\nRUN x', ['base']).map(([, s]) => s),
    ).toEqual([undefined, 'b 1/3', undefined, 'b 2/3']);
  });

  test('continued lines, comments between them, and here-documents', () => {
    const text =
      '# syntax=x\nFROM a\nRUN one && \\\n  # why\n\n  two\nCOPY <<EOF <<"END" /x\nRUN not this\nEOF\nEND\nRUN three';
    expect(read(text).slice(1)).toEqual([
      ['RUN one && two', 'stage-0 2/4', 3, 6],
      ['COPY <<EOF <<"END" /x', 'stage-0 3/4', 7, 10],
      ['RUN three', 'stage-0 4/4', 11, 11],
    ]);
  });

  test('another escape character, and an end that is missing', () => {
    expect(read('# escape=`\nFROM a\nRUN dir C:\\`\n  x\nCOPY <<EOF /x\nrest').slice(1)).toEqual([
      ['RUN dir C:\\ x', 'stage-0 2/3', 3, 4],
      ['COPY <<EOF /x', 'stage-0 3/3', 5, 6],
    ]);
  });
});

test('variables that are set are put in, outside of single quotes', () => {
  const environment = new Map([
    ['A', '1'],
    ['B', 'two'],
  ]);
  const braced = (inside: string) => ['$', '{', inside, '}'].join('');
  expect(expandVariables(`RUN $A ${braced('B')} "$A" '$A' \\$A $C ${braced('A:-x')} $(A)`, environment)).toBe(
    `RUN 1 two "1" '$A' \\$A $C ${braced('A:-x')} $(A)`,
  );
});
