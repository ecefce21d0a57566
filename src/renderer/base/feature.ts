import type { LucideIcon } from 'lucide-react';
import type { ComponentType, LazyExoticComponent } from 'react';
import type { EngineClient } from '../../shared/contract/index.ts';
import type { Source } from '../../shared/model/source.ts';

/** A component that is loaded when it is first shown. */
export type Lazy<Props> = LazyExoticComponent<ComponentType<Props>>;

/** What a command may use when it runs. */
export interface CommandContext {
  readonly engine: EngineClient;
  /** The source in the address, where there is one. */
  readonly source: Source | undefined;
  /** Search parameters of the address. */
  readonly params: URLSearchParams;
  /** Goes to an address of this window. */
  readonly navigate: (to: string) => void;
}

/** Something that can be done: shown in the palette, and run by its keys. */
export interface Command {
  /** Unique: `keys.copy-digest`. */
  readonly id: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /**
   * Key presses in the notation of `parseKeys`: `mod+k`, `g o` (one after the other), `/`, `?`, `alt+ArrowLeft`.
   * A single letter, or a sequence of them, does nothing while text is typed and can be switched off by the user.
   */
  readonly keys?: string;
  /** Heading of the keyboard sheet; absent: not on the sheet. */
  readonly group?: ShortcutGroup;
  /** Words that find it in the palette besides its title. */
  readonly words?: string;
  /** Absent: always. */
  readonly enabled?: (context: CommandContext) => boolean;
  readonly run: (context: CommandContext) => void | Promise<void>;
}

export type ShortcutGroup = 'Anywhere' | 'Go to' | 'Rows and nodes' | 'Graph and charts';

/** A key that a widget handles itself while it has the focus; listed on the keyboard sheet. */
export interface Shortcut {
  readonly keys: string;
  readonly title: string;
  readonly group: ShortcutGroup;
}

/** What a source's view is given. */
export interface SourceViewProps {
  readonly source: Source;
}

/**
 * A tab of the inspector. The inspector shows the panels whose subject is in the address (`?record=…`), those of one
 * subject as tabs in the order of `order`. With no subject in the address, the panels of the subject `source` show.
 */
export interface InspectorPanel {
  readonly id: string;
  readonly title: string;
  /** Name of the search parameter that says what is inspected: `record`, `layer`, `job`, `plan`, … */
  readonly subject: string;
  /** Only in these views (by feature id); absent: in every view of a source. */
  readonly views?: readonly string[];
  readonly order: number;
  readonly component: Lazy<InspectorPanelProps>;
}

export interface InspectorPanelProps {
  /** Absent in views outside any source (Jobs). */
  readonly source: Source | undefined;
  /** Value of the subject's search parameter. */
  readonly value: string;
}

/** What a part of the sources pane is given. */
export interface PaneSectionProps {
  /** The source in the address, once it can be asked. */
  readonly source: Source | undefined;
  /** Only 48 px are there: icons, with names on hover and focus. */
  readonly isRail: boolean;
  /** Something was chosen: a pane that lies over the view closes. */
  readonly onOpen: () => void;
}

interface FeatureBase {
  readonly id: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /** Letter that goes there after `g`. */
  readonly goKey?: string;
  readonly commands?: readonly Command[];
  readonly shortcuts?: readonly Shortcut[];
  readonly panels?: readonly InspectorPanel[];
  /** Stands in the sources pane, below the sources. Draws nothing where it has nothing to show. */
  readonly paneSection?: Lazy<PaneSectionProps>;
}

/** A tab of every source, at `/sources/<id>/<segment>`. */
export interface SourceFeature extends FeatureBase {
  readonly scope: 'source';
  readonly segment: string;
  readonly view: Lazy<SourceViewProps>;
}

/** A view of the window itself, at `/<segment>`; listed at the foot of the sources pane. */
export interface WindowFeature extends FeatureBase {
  readonly scope: 'window';
  readonly segment: string;
  readonly view: Lazy<Record<never, never>>;
  /** A word beside it at the foot of the sources pane: `1 running`, `empty`. */
  readonly note?: ComponentType;
}

/** Inspector panels and commands without a view of their own. */
export interface PartFeature extends FeatureBase {
  readonly scope: 'part';
}

/**
 * The light declaration of a capability of the window: `features/<id>/index.ts` exports one as `feature`, and imports
 * nothing heavy. `app/features.ts` lists them; no feature imports another.
 */
export type Feature = SourceFeature | WindowFeature | PartFeature;
