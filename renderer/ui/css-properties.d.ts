import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Share of a bar or waterline, a CSS percentage. */
    '--level'?: string;
    '--label-width'?: string;
    '--dialog-width'?: string;
  }
}
