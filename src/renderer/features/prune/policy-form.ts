import { parseBytes } from '../../../shared/base/bytes.ts';
import { type CacheError, isCacheError } from '../../../shared/base/errors.ts';
import { parseDuration } from '../../../shared/base/time.ts';
import type { PrunePolicy } from '../../../shared/model/plan.ts';

/** The policy as it is typed. It is in the address, so that a plan can be linked to. */
export interface PolicyForm {
  /** `15MB`; "" for no limit. */
  readonly maxSize: string;
  /** `7d`; "" for none. */
  readonly keepDuration: string;
  readonly all: boolean;
  readonly orphans: boolean;
  /** `2d`; "" for the engine's own, `ORPHAN_AGE_MS`. */
  readonly olderThan: string;
}

export type PolicyField = 'maxSize' | 'keepDuration' | 'olderThan';

/** What the form means: a policy, or nothing yet; and what is wrong with which field. */
export interface ReadPolicy {
  readonly policy: PrunePolicy | undefined;
  readonly errors: Readonly<Partial<Record<PolicyField, string>>>;
}

export const EMPTY_FORM: PolicyForm = { maxSize: '', keepDuration: '', all: false, orphans: false, olderThan: '' };

/** Reads the form. With `all` a size limit says nothing, so it is left out. */
export function readPolicy(form: PolicyForm): ReadPolicy {
  const errors: Partial<Record<PolicyField, string>> = {};
  const read = (field: PolicyField, parse: (text: string) => number): number | undefined => {
    const text = form[field].trim();
    if (text === '') return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!isCacheError(error)) throw error;
      errors[field] = sentence(error);
      return undefined;
    }
  };
  const maxBytes = form.all ? undefined : read('maxSize', parseBytes);
  const keepDurationMs = read('keepDuration', parseDuration);
  const olderThanMs = form.orphans ? read('olderThan', parseDuration) : undefined;
  const isSet = maxBytes !== undefined || keepDurationMs !== undefined || form.all || form.orphans;
  if (Object.keys(errors).length > 0 || !isSet) return { policy: undefined, errors };
  return {
    policy: {
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(keepDurationMs === undefined ? {} : { keepDurationMs }),
      ...(form.all ? { all: true } : {}),
      ...(form.orphans ? { orphans: olderThanMs === undefined ? {} : { olderThanMs } } : {}),
    },
    errors: {},
  };
}

function sentence(error: CacheError): string {
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

/** The form in an address. */
export function readForm(params: URLSearchParams): PolicyForm {
  return {
    maxSize: params.get('max-size') ?? '',
    keepDuration: params.get('keep-duration') ?? '',
    all: params.get('all') === '1',
    orphans: params.has('orphans'),
    olderThan: params.get('orphans') === '1' ? '' : (params.get('orphans') ?? ''),
  };
}

/** The search parameters of a form. */
export function formParams(form: PolicyForm): Readonly<Record<string, string | undefined>> {
  return {
    'max-size': form.maxSize.trim() || undefined,
    'keep-duration': form.keepDuration.trim() || undefined,
    all: form.all ? '1' : undefined,
    orphans: form.orphans ? form.olderThan.trim() || '1' : undefined,
  };
}

/** The options of `cachewright prune` that mean the same. */
export function formOptions(form: PolicyForm): readonly string[] {
  const options: string[] = [];
  if (form.maxSize.trim() !== '' && !form.all) options.push('--max-size', form.maxSize.trim());
  if (form.keepDuration.trim() !== '') options.push('--keep-duration', form.keepDuration.trim());
  if (form.all) options.push('--all');
  if (form.orphans) options.push('--orphans');
  if (form.orphans && form.olderThan.trim() !== '') options.push('--older-than', form.olderThan.trim());
  return options;
}
