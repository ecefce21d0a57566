import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Connector } from '../client.ts';

/** A command as it is sent, with the key it is about. */
export interface SentCommand {
  readonly name: string;
  readonly key: string | undefined;
}

/** Real connections over which is counted what is sent, by the name of the command; `before` may fail or delay one. */
export function countedConnector(
  connect: S3Connector,
  before: (command: SentCommand) => void | Promise<void> = () => {},
): { readonly connect: S3Connector; readonly sent: Record<string, number>; readonly commands: SentCommand[] } {
  const sent: Record<string, number> = {};
  const commands: SentCommand[] = [];
  return {
    sent,
    commands,
    connect: async (address) => {
      const connection = await connect(address);
      const send = async (command: Parameters<S3Client['send']>[0], options: object) => {
        const { name } = command.constructor;
        const { Key: key } = command.input as { Key?: string };
        await before({ name, key });
        sent[name] = (sent[name] ?? 0) + 1;
        commands.push({ name, key });
        return connection.client.send(command, options);
      };
      const client = new Proxy(connection.client, {
        get: (target, name, receiver) => (name === 'send' ? send : Reflect.get(target, name, receiver)),
      });
      return { ...connection, client };
    },
  };
}
