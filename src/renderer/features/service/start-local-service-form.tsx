import { Play } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../base/button.tsx';
import { TextField } from '../../base/field.tsx';
import styles from './service.module.css';

/** How a service of this machine is wanted. */
export interface LocalServiceWish {
  readonly store?: string;
  readonly port?: number;
  readonly publish?: string[];
}

/** Where a service of this machine keeps layers, on which port, and where it publishes; all of it may stay empty. */
export function StartLocalServiceForm({
  isBusy,
  onStart,
}: {
  readonly isBusy: boolean;
  readonly onStart: (wish: LocalServiceWish) => void;
}) {
  const [store, setStore] = useState('');
  const [port, setPort] = useState('');
  const [publish, setPublish] = useState('');
  const number = Number(port);
  const isPort = port.trim() === '' || (Number.isInteger(number) && number > 0 && number <= 65_535);
  const start = (): void => {
    if (isBusy || !isPort) return;
    onStart({
      ...(store.trim() === '' ? {} : { store: store.trim() }),
      ...(port.trim() === '' ? {} : { port: number }),
      ...(publish.trim() === '' ? {} : { publish: [publish.trim()] }),
    });
  };
  return (
    <>
      <p className={styles.about}>
        For a first try: a cache service that only this machine reaches, without a token. It ends with this program;
        what it has collected stays.
      </p>
      <div className={styles.starting}>
        <TextField
          label="Layers in"
          isMono
          placeholder="a folder of this program"
          value={store}
          isDisabled={isBusy}
          onChange={setStore}
          onSubmit={start}
        />
        <TextField
          label="Port"
          isMono
          placeholder="any free one"
          value={port}
          isDisabled={isBusy}
          onChange={setPort}
          onSubmit={start}
          error={isPort ? undefined : 'A number from 1 to 65535.'}
        />
        <TextField
          label="Publish to"
          isMono
          placeholder="nowhere"
          value={publish}
          isDisabled={isBusy}
          onChange={setPublish}
          onSubmit={start}
        />
        <Button icon={Play} isDisabled={isBusy || !isPort} onPress={start}>
          Start service
        </Button>
      </div>
    </>
  );
}
