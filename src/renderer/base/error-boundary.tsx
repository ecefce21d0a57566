import { RotateCcw } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { isCacheError } from '../../shared/base/errors.ts';
import { Button } from './button.tsx';
import { ErrorState } from './error-state.tsx';

interface Props {
  /** Another value starts afresh: the address, the id of what is shown. */
  readonly resetKey: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: unknown;
  readonly key: string;
}

/** Keeps a fault in one view from taking the window down: says what happened and offers to draw it again. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, key: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.key ? null : { error: undefined, key: props.resetKey };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    // Code that did not arrive does not come by drawing again.
    const isUnavailable = isCacheError(this.state.error, 'UNAVAILABLE');
    return (
      <ErrorState
        error={this.state.error}
        actions={
          <Button
            variant="primary"
            icon={RotateCcw}
            onPress={() => (isUnavailable ? window.location.reload() : this.setState({ error: undefined }))}
          >
            {isUnavailable ? 'Reload the window' : 'Show it again'}
          </Button>
        }
      />
    );
  }
}
