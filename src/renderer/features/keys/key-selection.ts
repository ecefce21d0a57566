import { create } from 'zustand';
import { NOTHING_SELECTED, type Selection } from '../../widgets/grid/selection.ts';

/** Chosen records by source. Not kept: it belongs to what someone is doing now. */
const useSelections = create<Readonly<Record<string, Selection>>>()(() => ({}));

/** The chosen records of a source, and how to choose others. They stay chosen while another view is shown. */
export function useKeySelection(sourceId: string): readonly [Selection, (selection: Selection) => void] {
  const selection = useSelections((all) => all[sourceId]) ?? NOTHING_SELECTED;
  return [selection, (next) => useSelections.setState({ [sourceId]: next })];
}
