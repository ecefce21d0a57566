import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Address } from '../../../shared/oci/s3-address.ts';

/** How long a server may say nothing, in milliseconds. */
export interface S3Limits {
  /** Until the head of an answer to a request without a body. */
  readonly headMs: number;
  /** On a connection that is in use: between two pieces, or after the last was sent. */
  readonly idleMs: number;
  /** How often a request is sent that met silence, a failure of the server or a request to slow down. */
  readonly attempts: number;
}

/** The limits that hold unless a test says otherwise: those of registries. */
export const S3_LIMITS: S3Limits = { headMs: 30_000, idleMs: 120_000, attempts: 5 };

/** Keys of an account. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What clients are made with. `environment` is where credentials and region are looked for before the rest of the AWS chain. */
export interface S3ClientOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly limits?: S3Limits;
  /** Milliseconds that the clock of this machine is off, for tests. */
  readonly clockOffsetMs?: number;
}

/** The loaded SDK and a client of it. */
export interface S3Connection {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
  readonly limits: S3Limits;
}

/** Gives the connection for an address: one for each endpoint, region and style, which lives as long as the giver. */
export type S3Connector = (address: S3Address) => Promise<S3Connection>;

/** Connectors of one program: both give the same connections. */
export interface S3Connectors {
  readonly connect: S3Connector;
  /** Makes the connection anew, for all who ask from then on: credentials that were mended count. */
  readonly renew: S3Connector;
}

/** Connections open at once to one host. */
const MAX_SOCKETS = 64;

/**
 * Returns a connector, and what makes its connections anew. The SDK is loaded with the first connection: commands that have no
 * S3 start without it.
 */
export function createS3Connectors(options: S3ClientOptions = {}): S3Connectors {
  const connections = new Map<string, Promise<S3Connection>>();
  const keyOf = ({ endpoint, region, pathStyle }: S3Address) => JSON.stringify([endpoint, region, pathStyle]);
  const put = (address: S3Address, made: Promise<S3Connection>): Promise<S3Connection> => {
    connections.set(keyOf(address), made);
    return made;
  };
  return {
    connect: (address) => connections.get(keyOf(address)) ?? put(address, connect(address, options)),
    renew: (address) => put(address, connect(address, options)),
  };
}

/** Returns a connector alone, for who renews nothing. */
export function createS3Connector(options: S3ClientOptions = {}): S3Connector {
  return createS3Connectors(options).connect;
}

async function connect(address: S3Address, options: S3ClientOptions): Promise<S3Connection> {
  const { environment = process.env, limits = S3_LIMITS, clockOffsetMs } = options;
  const sdk = await import('@aws-sdk/client-s3');
  const { endpoint } = address;
  // Other servers than AWS seldom ask for a region, but it is part of each signature.
  const region =
    address.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? (endpoint ? 'us-east-1' : undefined);
  const credentials = credentialsOf(environment);
  const agent = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    ...(environment.NODE_USE_ENV_PROXY === '1' ? { proxyEnv: environment } : {}),
  };
  const client = new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    credentials: credentials ?? (await chain(environment)),
    ...(clockOffsetMs === undefined ? {} : { systemClockOffset: clockOffsetMs }),
    forcePathStyle: address.pathStyle,
    // Many servers know no checksums behind a body, and each blob has its digest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Slows down where the server asks for it, and speeds up again.
    retryMode: 'adaptive',
    maxAttempts: limits.attempts,
    requestHandler: {
      connectionTimeout: limits.headMs,
      socketTimeout: limits.idleMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
  });
  return { sdk, client, limits };
}

/** The rest of the AWS chain. Files are read with each connection, not once for the program. */
async function chain(environment: Readonly<Record<string, string | undefined>>) {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const { AWS_PROFILE: profile } = environment;
  return defaultProvider({ ignoreCache: true, ...(profile ? { profile } : {}) });
}

/** Keys that stand in the environment; undefined leaves it to the rest of the AWS chain. */
function credentialsOf(environment: Readonly<Record<string, string | undefined>>): S3Credentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}
