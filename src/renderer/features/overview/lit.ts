/** A record that is pointed at in one part, to be lit in the others. */
export interface Lit {
  readonly id: string;
  readonly createdMs: number | undefined;
}
