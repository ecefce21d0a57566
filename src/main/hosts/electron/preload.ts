import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { createBridge } from './bridge.ts';

contextBridge.exposeInMainWorld(
  'cachewright',
  createBridge({ ipc: ipcRenderer, webUtils, page: window, createChannel: () => new MessageChannel() }),
);
