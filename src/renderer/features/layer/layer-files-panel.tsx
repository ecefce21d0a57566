import type { InspectorPanelProps } from '../../base/feature.ts';
import { LayerFiles } from '../../widgets/layer-files/layer-files.tsx';

/** The files of the layer. */
export function LayerFilesPanel({ source, value }: InspectorPanelProps) {
  return source ? <LayerFiles key={value} source={source} digest={value} /> : null;
}
