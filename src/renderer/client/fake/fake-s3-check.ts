import { CacheError } from '../../../shared/base/errors.ts';
import { S3_STEPS, type S3Check, type S3Step, type S3StepResult } from '../../../shared/model/s3-check.ts';
import { formatS3Address, parseS3Address } from '../../../shared/oci/s3-address.ts';

const FOUND: Readonly<Record<S3Step, string>> = {
  endpoint: 'Ceph',
  clock: 'within some seconds',
  credentials: 'key id ends in 7Q4D',
  bucket: 'it is there',
  list: '1 cache, 29 objects',
  read: 'an object was read',
  write: 'an empty object was written',
  delete: 'it was deleted again',
};

/** A test of a connection in which all goes well, but for buckets called `denied`, whose secret is wrong. */
export async function* fakeS3Check(text: string, mayWrite: boolean): AsyncGenerator<S3Check> {
  const address = parseS3Address(text);
  const location = formatS3Address(address);
  const isDenied = address.bucket === 'denied';
  const error = new CacheError('ACCESS_DENIED', 'The secret key does not belong to the access key.', {
    subject: location,
    hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that AWS_PROFILE names.',
  });
  const steps: S3StepResult[] = S3_STEPS.map((step) => ({ step, state: 'waiting' }));
  yield { location, steps: [...steps], isOver: false, access: 'none' };
  for (const [at, step] of S3_STEPS.entries()) {
    if (!mayWrite && (step === 'write' || step === 'delete')) continue;
    const isWrong = isDenied && step === 'credentials';
    steps[at] = isWrong
      ? { step, state: 'failed', error: error.toJSON() }
      : { step, state: 'done', found: FOUND[step] };
    if (isWrong) break;
  }
  const access = isDenied ? 'none' : mayWrite ? 'write' : 'read-untested-write';
  yield { location, steps, isOver: true, access, ...(isDenied ? {} : { caches: 1 }) };
}
