import { CacheError, type CacheErrorCode, cancelled } from '../../../shared/base/errors.ts';

/** What the SDK throws, as far as it matters here. */
interface S3Fault {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** Of an answer about the region: the right one. */
  readonly Region?: string;
  /** Hidden by the SDK: the answer itself. */
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** What is said of a fault. */
interface Told {
  readonly code: CacheErrorCode;
  readonly message: string;
  readonly hint: string;
}

const CHECK_ACCOUNT = 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that AWS_PROFILE names.';
const EXPIRED: Told = {
  code: 'ACCESS_DENIED',
  message: 'The credentials have expired.',
  hint: 'Sign in again (aws sso login, or whatever gives them), and run this again.',
};
const WRONG_SECRET: Told = {
  code: 'ACCESS_DENIED',
  message: 'The secret key does not belong to the access key.',
  hint: `${CHECK_ACCOUNT} A proxy that changes requests breaks signatures too.`,
};
const BUSY: Told = {
  code: 'UNAVAILABLE',
  message: 'The server asks for fewer requests, again and again.',
  hint: 'Wait, or run fewer things on this bucket at once.',
};
const NO_S3: Told = {
  code: 'UNSUPPORTED_FORMAT',
  message: 'What answers at the endpoint is no S3 server.',
  hint: 'Check the endpoint: it is the address of the API, not that of a web page, and has the right port.',
};

/** By the names that servers give. */
const BY_NAME: Readonly<Record<string, Told>> = {
  NoSuchBucket: {
    code: 'NOT_FOUND',
    message: 'There is no bucket of this name.',
    hint: 'Check the bucket, and that endpoint and region are those it was made in.',
  },
  InvalidAccessKeyId: {
    code: 'ACCESS_DENIED',
    message: 'The server does not know the access key.',
    hint: CHECK_ACCOUNT,
  },
  SignatureDoesNotMatch: WRONG_SECRET,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidToken: {
    code: 'ACCESS_DENIED',
    message: 'The server does not take the session token.',
    hint: 'Sign in again. A token goes with the keys that it was given with.',
  },
  CredentialsProviderError: {
    code: 'ACCESS_DENIED',
    message: 'There are no credentials for S3.',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or sign in with aws sso login.',
  },
  SlowDown: BUSY,
  ServiceUnavailable: BUSY,
  TooManyRequestsException: BUSY,
  InvalidBucketName: {
    code: 'INVALID_INPUT',
    message: 'The server takes no bucket of this name.',
    hint: 'Check the bucket.',
  },
  NotImplemented: {
    code: 'UNSUPPORTED_FORMAT',
    message: 'The server does not know how to do this.',
    hint: 'It may be too old. Another server of the same bucket may know.',
  },
  QuotaExceeded: {
    code: 'NO_SPACE',
    message: 'The quota of the bucket is used up.',
    hint: 'Delete what is not needed.',
  },
  TimeoutError: {
    code: 'UNAVAILABLE',
    message: 'The server said nothing for too long.',
    hint: 'Check endpoint and network, and try again.',
  },
};

/** By the codes that the system gives. */
const BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name of the endpoint leads nowhere.',
  EAI_AGAIN: 'The name of the endpoint cannot be looked up now.',
  ECONNREFUSED: 'Nothing listens at the endpoint.',
  ECONNRESET: 'The connection broke.',
  EPIPE: 'The connection broke.',
  EHOSTUNREACH: 'There is no way to the endpoint.',
  ENETUNREACH: 'There is no way to the endpoint.',
  ETIMEDOUT: 'The server said nothing for too long.',
  EPROTO: 'The endpoint does not speak TLS.',
};

/** Regions: the bucket is elsewhere. */
const ELSEWHERE = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'];

/**
 * True for an object that is not there, as GET and HEAD say it, and false for every other failure: a bucket that is not
 * there is none.
 */
export function isS3NotFound(error: unknown): boolean {
  const { name, $metadata } = faultOf(error);
  if (name === 'NoSuchKey' || name === 'NotFound') return true;
  return $metadata?.httpStatusCode === 404 && (name === undefined || name === 'Unknown' || name === 'UnknownError');
}

/** True for an object that is another one than it was. */
export function isS3Changed(error: unknown): boolean {
  return faultOf(error).$metadata?.httpStatusCode === 412;
}

/** True where the account is known and may not do this one thing. */
export function isRefusal(error: unknown): boolean {
  return faultOf(error).name === 'AccessDenied';
}

/** True where the bucket is the matter, and not who asks: it is not there, or elsewhere. */
export function isBucketFault(error: unknown): boolean {
  const { name = '', $metadata } = faultOf(error);
  const isElsewhere = ELSEWHERE.includes(name) || $metadata?.httpStatusCode === 301;
  return isElsewhere || name === 'NoSuchBucket' || name === 'InvalidBucketName';
}

/**
 * Turns what the SDK threw into an error for people. Texts of the server are not repeated: they may hold what was signed.
 * @param subject what it happened to: the location, or a digest
 */
export function s3Error(error: unknown, subject: string, signal?: AbortSignal): CacheError {
  if (error instanceof CacheError) return error;
  if (signal?.aborted) return cancelled();
  const { code, message, hint } = tell(faultOf(error));
  return new CacheError(code, message, { subject, hint, cause: error });
}

/** Returns the error for an endpoint that answers, and not as S3 does. */
export function noS3Error(subject: string, cause?: unknown): CacheError {
  const { code, message, hint } = NO_S3;
  return new CacheError(code, message, { subject, hint, cause });
}

function tell(fault: S3Fault): Told {
  const { name = '', code = '', message = '', $metadata, $response } = fault;
  const status = $metadata?.httpStatusCode;
  const region = fault.Region ?? $response?.headers?.['x-amz-bucket-region'];
  if (ELSEWHERE.includes(name) || status === 301 || status === 307) {
    if (region === undefined && name === '') return NO_S3;
    return {
      code: 'INVALID_INPUT',
      message: 'The bucket is in another region.',
      hint: region ? `Write region=${region}.` : 'Write region=… with the region of the bucket.',
    };
  }
  if (name === 'RequestTimeTooSkewed') {
    return {
      code: 'ACCESS_DENIED',
      message: 'The clock of this machine and that of the server are too far apart.',
      hint: 'Set the clock: requests are signed with the time, and more than 15 minutes are not allowed.',
    };
  }
  // The SDK takes some of these for its own timeouts.
  if (BY_CODE[code]) {
    return { code: 'UNAVAILABLE', message: BY_CODE[code], hint: 'Check endpoint and network, and try again.' };
  }
  const byName = BY_NAME[name];
  if (byName) return byName;
  if (status === 403 || status === 401) {
    return {
      code: 'ACCESS_DENIED',
      message: 'The account may not do this.',
      hint: 'It needs s3:GetObject and s3:ListBucket to read, s3:PutObject to write, s3:DeleteObject to delete.',
    };
  }
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/.test(code)) {
    return {
      code: 'UNAVAILABLE',
      message: 'The certificate of the endpoint cannot be trusted.',
      hint: 'Name the file of its authority in NODE_EXTRA_CA_CERTS.',
    };
  }
  if (/^Region is missing/.test(message)) {
    return {
      code: 'INVALID_INPUT',
      message: 'It is not said in which region the bucket is.',
      hint: 'Write region=…, or set AWS_REGION.',
    };
  }
  if (status !== undefined && status >= 500) {
    return { code: 'UNAVAILABLE', message: `The server fails with status ${status}.`, hint: 'Try again later.' };
  }
  // The SDK stumbles over what it does not understand.
  if (status !== undefined || isUnreadable(fault)) return NO_S3;
  return { code: 'UNAVAILABLE', message: 'The server cannot be asked.', hint: 'Check endpoint and network.' };
}

function isUnreadable(fault: S3Fault): boolean {
  return fault instanceof TypeError || fault instanceof SyntaxError || fault.$response !== undefined;
}

function faultOf(error: unknown): S3Fault {
  return typeof error === 'object' && error !== null ? error : {};
}
