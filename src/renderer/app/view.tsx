import { SearchX } from 'lucide-react';
import { Suspense } from 'react';
import { Link } from 'wouter';
import type { Source } from '../../shared/model/source.ts';
import { type Place, sourceHref } from '../base/address.ts';
import { EmptyState } from '../base/empty-state.tsx';
import { ErrorBoundary } from '../base/error-boundary.tsx';
import { SkeletonRows } from '../base/skeleton.tsx';
import { useSources } from '../client/hooks.ts';
import { SourceGate } from '../features/sources/source-gate.tsx';
import { StartPage } from '../features/sources/start-page.tsx';
import { SOURCE_FEATURES, WINDOW_FEATURES } from './features.ts';

/** The view that the address names. */
export function View({ place, source }: { readonly place: Place; readonly source: Source | undefined }) {
  const sources = useSources();
  return (
    <ErrorBoundary resetKey={`${place.sourceId} ${place.segment}`}>
      <Suspense fallback={<SkeletonRows label="Loading the view" rows={12} />}>{choose()}</Suspense>
    </ErrorBoundary>
  );

  function choose() {
    if (place.sourceId === undefined) {
      if (place.segment === '') return <StartPage />;
      const Shown = WINDOW_FEATURES.find((feature) => feature.segment === place.segment)?.view;
      return Shown ? <Shown /> : <NoView href="/" />;
    }
    if (sources === undefined) return <SkeletonRows label="Connecting to the engine" rows={12} />;
    const Shown = SOURCE_FEATURES.find((feature) => feature.segment === place.segment)?.view;
    if (!Shown) return <NoView href={sourceHref(place.sourceId, 'overview')} />;
    return <SourceGate source={source}>{(ready) => <Shown key={ready.id} source={ready} />}</SourceGate>;
  }
}

function NoView({ href }: { readonly href: string }) {
  return (
    <EmptyState icon={SearchX} title="There is no such view">
      The address names none that this version has. <Link href={href}>Go to where it begins</Link>.
    </EmptyState>
  );
}
