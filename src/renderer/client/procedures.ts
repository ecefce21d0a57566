import type { FriendlyClientOptions } from '@orpc/client';
import type { EngineClient } from '../../shared/contract/index.ts';

type Area = keyof EngineClient & string;

/** `keys.page`, `graph.neighbourhood`, …: every procedure that answers once. */
export type ProcedureName = { [A in Area]: `${A}.${keyof EngineClient[A] & string}` }[Area];

type ProcedureOf<N extends ProcedureName> = N extends `${infer A}.${infer P}`
  ? A extends Area
    ? P extends keyof EngineClient[A]
      ? EngineClient[A][P]
      : never
    : never
  : never;

/** The input of a procedure, as its caller writes it (defaults may be left out). */
export type InputOf<N extends ProcedureName> =
  ProcedureOf<N> extends (...args: infer Args) => unknown ? Exclude<Args[0], undefined> : never;

/** What a procedure answers. */
export type OutputOf<N extends ProcedureName> =
  ProcedureOf<N> extends (...args: never[]) => infer Result ? Awaited<Result> : never;

type Call<N extends ProcedureName> = (
  input: InputOf<N>,
  options: FriendlyClientOptions<Record<never, never>>,
) => Promise<OutputOf<N>>;

/** Calls a procedure by its name. */
export function callProcedure<N extends ProcedureName>(
  engine: EngineClient,
  name: N,
  input: InputOf<N>,
  signal?: AbortSignal,
): Promise<OutputOf<N>> {
  const [area, procedure] = name.split('.') as [Area, string];
  const call = (engine[area] as unknown as Record<string, Call<N>>)[procedure] as Call<N>;
  return call(input, signal === undefined ? {} : { signal });
}
