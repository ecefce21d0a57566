import { createServer, type RequestListener } from 'node:http';

/** A server that answers as a test says: what a real one cannot be told to say. */
export interface OddServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Method and path of each request that came. */
  readonly requests: string[];
}

/** Starts a server that answers every request with `answer`. */
export async function startOddServer(answer: RequestListener): Promise<OddServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An S3 error answer. */
export function s3Fault(status: number, code: string, more = ''): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>secret-in-message</Message>${more}</Error>`);
  };
}
