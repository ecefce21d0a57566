import { Check, Copy } from 'lucide-react';
import { formatCount } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import { IconButton } from '../../base/button.tsx';
import { useCopy } from '../../base/clipboard.ts';
import { useShell } from '../../base/shell-context.ts';
import { useEngine } from '../../client/engine-context.tsx';

/** Which selector: that of one alternative of an input. */
export interface SelectorPlace {
  readonly sourceId: string;
  readonly id: string;
  readonly input: number;
  readonly alternative: number;
}

/** Copies a selector whole, of which only the beginning is shown. One of more than a million characters is left to the command line. */
export function CopySelector({ at }: { readonly at: SelectorPlace }) {
  const engine = useEngine();
  const { fail } = useShell();
  const { copied, copy } = useCopy();
  const copyWhole = async () => {
    try {
      const { text, characters, next } = await engine.keys.selector(at);
      if (next !== undefined) throw tooLong(at, characters);
      copy(text);
    } catch (error) {
      fail('The selector was not copied', error);
    }
  };
  return (
    <IconButton
      icon={copied ? Check : Copy}
      iconSize={12}
      label={copied ? 'Copied' : 'Copy selector'}
      onPress={() => void copyWhole()}
    />
  );
}

function tooLong({ id, input, alternative }: SelectorPlace, characters: number): CacheError {
  return new CacheError('INVALID_INPUT', `It has ${formatCount(characters)} characters.`, {
    hint: `Print it: cachewright keys SOURCE --selector ${id}/${input}/${alternative}`,
  });
}
