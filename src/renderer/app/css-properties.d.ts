import 'react';

declare module 'react' {
  /** Custom properties may be set as style, as in CSS. */
  interface CSSProperties {
    [property: `--${string}`]: string | number | undefined;
  }
}
