import type { SourceViewProps } from '../../base/feature.ts';

export function OverviewView({ source }: SourceViewProps) {
  return <p>{source.name}</p>;
}
