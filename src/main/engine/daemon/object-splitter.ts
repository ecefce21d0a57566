import type { DuParser } from './du-text.ts';

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];
/** What may stand around objects, each of which is a dot: the beginning of an array, or nothing. */
const OUTSIDE = /^(\[?|\[\.(,\.)*,?|\[\]|\[\.(,\.)*\]|\.*)$/;
/** One record is no longer than this, in characters. */
const MAX_OBJECT = 16 * 2 ** 20;

/**
 * Cuts JSON that is an array of objects, or objects one after the other, into the text of each object. Only the borders
 * are looked at: whether an object is JSON shows when it is parsed.
 * @param fault makes the error of a sentence's end
 */
export function createObjectSplitter(onObject: (text: string) => void, fault: (what: string) => Error): DuParser {
  let object = '';
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** What stands around the objects, without white space: it has to be that of an array, or nothing. */
  let around = '';

  const outside = (text: string): void => {
    around += text.replace(/\s+/g, '');
    if (OUTSIDE.test(around)) return;
    throw fault(/^\[?,?(null|true|false|"|-?\d)/.test(around) ? 'it is no record' : 'it is not JSON');
  };
  /** A comma and an object that were seen need not be seen again. */
  const seen = (): void => {
    outside('.');
    around = around.startsWith('[') ? '[.' : '.';
  };

  return {
    push(text) {
      let from = 0;
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (isEscaped) isEscaped = false;
        else if (inString) {
          if (code === BACKSLASH) isEscaped = true;
          else if (code === QUOTE) inString = false;
        } else if (depth > 0 && code === QUOTE) inString = true;
        else if (code === OPEN) {
          if (depth === 0) {
            outside(text.slice(from, at));
            from = at;
          }
          depth += 1;
        } else if (code === CLOSE && depth > 0) {
          depth -= 1;
          if (depth > 0) continue;
          onObject(object + text.slice(from, at + 1));
          object = '';
          from = at + 1;
          seen();
        }
      }
      if (depth === 0) outside(text.slice(from));
      else object += text.slice(from);
      if (object.length > MAX_OBJECT) throw fault('a record is longer than any builder prints');
    },
    end() {
      if (depth > 0 || !/^(\.*|\[\]|\[\.\])$/.test(around)) throw fault('it is not JSON');
    },
  };
}
