import { CacheError } from '../../../shared/base/errors.ts';
import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { CacheForm } from '../../../shared/model/source.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { WrittenForm } from '../remotecache/manifest.ts';

/**
 * The form a cache is written in: as the source has it, but for what the options say. As in BuildKit, Docker types are
 * only possible in the index form, and asking for them alone means that form.
 * @param only the one form that the target takes, where it takes no other
 * @throws `INVALID_INPUT` for an image manifest with Docker types, and for any choice where there is none
 */
export function targetForm(
  form: CacheForm,
  { format, ociMediaTypes }: TransferOptions,
  only?: WrittenForm,
): WrittenForm {
  if (only !== undefined && (format !== undefined || ociMediaTypes === false)) {
    throw new CacheError('INVALID_INPUT', 'The target takes one form only.', {
      subject: format === undefined ? 'ociMediaTypes' : 'format',
      hint: 'Leave the form away.',
    });
  }
  if (only !== undefined) return only;
  if (format === 'manifest' && ociMediaTypes === false) {
    throw new CacheError('INVALID_INPUT', 'An image manifest needs OCI media types.', {
      subject: 'ociMediaTypes',
      hint: 'Choose the index form, or OCI media types.',
    });
  }
  if (format === 'manifest') return 'image-manifest';
  const { writtenAs } = CACHE_FORMS[form];
  const isIndex = format === 'index' || ociMediaTypes === false || writtenAs !== 'image-manifest';
  if (!isIndex) return 'image-manifest';
  const isOci = ociMediaTypes ?? writtenAs !== 'index-docker';
  return isOci ? 'index-oci' : 'index-docker';
}
