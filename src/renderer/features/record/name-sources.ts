import type { RecordDetail } from '../../../shared/model/record.ts';

/** Where a name came from: a word beside it, and the sentence that explains it. */
export const NAME_SOURCES: Readonly<
  Record<NonNullable<RecordDetail['nameFrom']>, { readonly word: string; readonly sentence: string }>
> = {
  preimage: {
    word: 'exact',
    sentence: 'The builder wrote down what this digest was made of; hashing it again gives the same digest.',
  },
  recomputed: {
    word: 'exact, from provenance',
    sentence: 'The digest was made again from the operation in the provenance, and is the same.',
  },
  reference: {
    word: 'from the daemon',
    sentence: 'The daemon calls the record so that holds its result.',
  },
  context: {
    word: 'from the build context',
    sentence: 'Files of the build context have this content digest.',
  },
  inferred: {
    word: 'inferred',
    sentence: 'It follows from the links: it stands where a step with a known name reads its files.',
  },
};
