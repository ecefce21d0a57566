import type { Fold } from './scene.ts';

/** What can be done to what is drawn: the same for the canvas and for its text twin. */
export interface GraphActions {
  readonly inspect: (id: string) => void;
  /** Makes a record the focus. */
  readonly centre: (id: string) => void;
  readonly trace: (id: string) => void;
  readonly why: (id: string) => void;
  /** Opens a fold where it stands, or as a list at `anchor` (in the window). `isFar`: as far as it goes. */
  readonly open: (fold: Fold, isFar: boolean, anchor: DOMRect) => void;
  /** Folds or unfolds what a record rests on; on the user side, what it leads to. */
  readonly toggle: (id: string) => void;
}
