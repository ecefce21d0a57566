/** What goes across for one port: a message with the numbers of the ports in it, or its end. */
export interface PortFrame {
  readonly port: number;
  readonly closed?: true;
  readonly data?: unknown;
  readonly ports?: readonly number[];
}

/** Carries message ports over a border that only knows values: a pipe between processes, or the DevTools protocol. */
export interface PortCarrier {
  /** Gives a port to the other side; returns the number by which it can be adopted there. */
  hand(port: MessagePort): number;
  /** The port that the other side gave away. */
  adopt(number: number): MessagePort;
  receive(frame: PortFrame): void;
  /** Closes every port, as when one of two processes ends. */
  close(): void;
}

/**
 * Makes one end of a carrier. Both ends give numbers of their own: one end `first` 1, the other 2. It stands alone, since its
 * source also runs in pages.
 */
export function createPortCarrier(send: (frame: PortFrame) => void, first: 1 | 2): PortCarrier {
  const ports = new Map<number, MessagePort>();
  let next: number = first;

  const bind = (number: number, port: MessagePort): void => {
    ports.set(number, port);
    port.addEventListener('message', (event) => {
      const within = [...event.ports].map(hand);
      send({ port: number, data: event.data, ports: within });
    });
    port.addEventListener('close', () => {
      if (ports.delete(number)) send({ port: number, closed: true });
    });
    port.start();
  };
  const hand = (port: MessagePort): number => {
    const number = next;
    next += 2;
    bind(number, port);
    return number;
  };
  const adopt = (number: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    bind(number, port1);
    return port2;
  };

  return {
    hand,
    adopt,
    receive({ port: number, closed, data, ports: within = [] }) {
      const port = ports.get(number);
      if (closed) {
        ports.delete(number);
        port?.close();
        return;
      }
      const adopted = within.map(adopt);
      port?.postMessage(data, adopted);
    },
    close() {
      const all = [...ports.values()];
      ports.clear();
      for (const port of all) port.close();
    },
  };
}
